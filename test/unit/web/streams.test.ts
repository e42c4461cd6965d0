import assert from 'node:assert/strict';
import { lineOf, pathOf, totalsOf, type StatsEntry, type StreamReport } from '../../../web/src/call/streams.ts';

const codec: StatsEntry = { id: 'codec-1', type: 'codec', mimeType: 'video/VP8' };

function received(change: Record<string, unknown>): StreamReport {
  const inbound = {
    id: 'in',
    type: 'inbound-rtp',
    codecId: 'codec-1',
    frameWidth: 640,
    frameHeight: 360,
    framesPerSecond: 25,
    jitter: 0.004,
    bytesReceived: 1000,
    packetsReceived: 100,
    packetsLost: 0,
    ...change,
  };
  return { id: 'c1', direction: 'received', source: 'camera', peerId: 'p1', entries: [codec, inbound] };
}

describe('lineOf', () => {
  it('tells codec, size, rate and loss of what is received since the reading before', () => {
    const before = totalsOf(received({}), 0);
    const report = received({ bytesReceived: 126_000, packetsReceived: 190, packetsLost: 10 });
    const line = lineOf(report, before, totalsOf(report, 1000));
    assert.deepEqual(line, {
      id: 'c1',
      direction: 'received',
      source: 'camera',
      peerId: 'p1',
      codec: 'VP8',
      width: 640,
      height: 360,
      fps: 25,
      bitrateBps: 1_000_000,
      loss: 0.1,
      rttMs: null,
      jitterMs: 4,
      layers: null,
    });
  });

  it('knows no rates at the first reading', () => {
    const report = received({});
    const { bitrateBps, loss } = lineOf(report, null, totalsOf(report, 0));
    assert.equal(bitrateBps, null);
    assert.equal(loss, null);
  });

  it('adds up the layers of a camera that is sent, and shows the largest', () => {
    const layer = (rid: string, height: number, fps: number, bytesSent: number): StatsEntry => ({
      id: rid,
      type: 'outbound-rtp',
      codecId: 'codec-1',
      frameWidth: (height * 16) / 9,
      frameHeight: height,
      framesPerSecond: fps,
      bytesSent,
    });
    const far: StatsEntry = { id: 'far', type: 'remote-inbound-rtp', fractionLost: 0.02, roundTripTime: 0.03 };
    const entries = [codec, layer('r0', 180, 30, 1000), layer('r1', 360, 30, 3000), layer('r2', 720, 0, 0), far];
    const report: StreamReport = { id: 'p1', direction: 'sent', source: 'camera', peerId: null, entries };
    const line = lineOf(report, { atMs: 0, bytes: 0, packets: 0, lost: 0 }, totalsOf(report, 1000));
    assert.equal(line.height, 720);
    assert.equal(line.layers, 2);
    assert.equal(line.bitrateBps, 32_000);
    assert.equal(line.loss, 0.02);
    assert.equal(line.rttMs, 30);
  });

  it('does without what a browser does not say', () => {
    const report: StreamReport = { id: 'x', direction: 'sent', source: 'mic', peerId: null, entries: [] };
    const line = lineOf(report, null, totalsOf(report, 0));
    assert.equal(line.codec, null);
    assert.equal(line.width, null);
    assert.equal(line.loss, null);
  });

  it('takes sums that fell, because a stream began anew, for nothing', () => {
    const report = received({ bytesReceived: 10, packetsReceived: 1 });
    const line = lineOf(report, { atMs: 0, bytes: 5000, packets: 50, lost: 3 }, totalsOf(report, 1000));
    assert.equal(line.bitrateBps, 0);
    assert.equal(line.loss, 0);
  });
});

describe('pathOf', () => {
  it('reads the pair that is in use', () => {
    const entries: StatsEntry[] = [
      { id: 'old', type: 'candidate-pair', state: 'failed', currentRoundTripTime: 9 },
      {
        id: 'pair',
        type: 'candidate-pair',
        state: 'succeeded',
        nominated: true,
        currentRoundTripTime: 0.02,
        localCandidateId: 'local',
        availableOutgoingBitrate: 2e6,
      },
      { id: 'local', type: 'local-candidate', protocol: 'udp' },
    ];
    assert.deepEqual(pathOf(entries), { rttMs: 20, protocol: 'udp', availableBps: 2e6 });
  });

  it('is empty before there is a connection', () => {
    assert.deepEqual(pathOf([]), { rttMs: null, protocol: null, availableBps: null });
  });
});
