import assert from 'node:assert/strict';
import { requests } from '../../../src/protocol/signaling.ts';
import { qualityBetween, receivedTotals } from '../../../web/src/call/quality.ts';

const inbound = (values: Record<string, unknown>): { type: string } => ({ type: 'inbound-rtp', ...values });

describe('receivedTotals', () => {
  it('adds up all received streams and takes the longest round trip of pairs in use', () => {
    const totals = receivedTotals(
      [
        inbound({ bytesReceived: 1000, packetsReceived: 10, packetsLost: 1, totalFreezesDuration: 0.5 }),
        inbound({ bytesReceived: 500, packetsReceived: 5, packetsLost: 0 }),
        { type: 'candidate-pair', state: 'succeeded', currentRoundTripTime: 0.02 },
        { type: 'candidate-pair', state: 'failed', currentRoundTripTime: 9 },
        { type: 'outbound-rtp', bytesReceived: 77 },
      ],
      1000,
    );
    assert.deepEqual(totals, { atMs: 1000, bytes: 1500, packets: 15, lost: 1, freezeS: 0.5, rttMs: 20 });
  });

  it('leaves the probing stream out, whose gaps are no loss', () => {
    const { lost, packets } = receivedTotals([inbound({ mid: 'probator', packetsReceived: 8, packetsLost: 40 })], 0);
    assert.deepEqual([lost, packets], [0, 0]);
  });
});

describe('qualityBetween', () => {
  const totals = { atMs: 0, bytes: 0, packets: 0, lost: 0, freezeS: 0, rttMs: 0 };

  it('reports what changed since the last reading', () => {
    const now = { atMs: 10_000, bytes: 1_250_000, packets: 900, lost: 100, freezeS: 1, rttMs: 31.4 };
    assert.deepEqual(qualityBetween(totals, now), { bitrateBps: 1_000_000, loss: 0.1, rttMs: 31, freezeS: 1 });
  });

  it('stays within the contract when streams end, clocks stand or numbers are wild', () => {
    const wild = { atMs: 0, bytes: 10, packets: 5, lost: 50, freezeS: 99, rttMs: 1e9 };
    for (const [before, now] of [
      [wild, totals],
      [totals, wild],
      [totals, totals],
    ] as const) {
      const parsed = requests.reportQuality.data.safeParse(qualityBetween(before, now));
      assert.ok(parsed.success, JSON.stringify(parsed.error));
    }
  });
});
