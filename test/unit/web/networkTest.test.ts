import assert from 'node:assert/strict';
import { answerFor, readOffer, readStats } from '../../../web/src/network/Probe.ts';
import { advice, verdictOf, type PathResult } from '../../../web/src/network/results.ts';

const works = (rttMs = 20, loss = 0): PathResult => ({ state: 'works', rttMs, loss });
const blocked: PathResult = { state: 'blocked' };
const running: PathResult = { state: 'running' };
const untested: PathResult = { state: 'untested' };

describe('the verdict on a network', () => {
  const cases: [string, PathResult, PathResult, PathResult, ReturnType<typeof verdictOf>][] = [
    ['UDP works', works(), works(), works(), 'good'],
    ['UDP alone works', works(), works(), blocked, 'good'],
    ['only TCP works', works(), blocked, works(), 'tcp'],
    ['UDP loses a tenth', works(), works(20, 0.1), works(), 'weak'],
    ['UDP takes long', works(), works(301), works(), 'weak'],
    ['TCP takes long', works(), blocked, works(400), 'weak'],
    ['TCP is poor but not used', works(), works(), works(900), 'good'],
    ['neither works', works(), blocked, blocked, 'no_media'],
    ['neither could be tested', works(), untested, untested, 'untested'],
    ['one is blocked, the other untested', works(), blocked, untested, 'untested'],
    ['one is still running', works(), running, works(), 'running'],
    ['the server does not answer', blocked, running, running, 'no_signalling'],
  ];
  for (const [name, signalling, udp, tcp, verdict] of cases) {
    it(`is "${verdict}" when ${name}`, () => {
      assert.equal(verdictOf({ signalling, media: { udp, tcp } }), verdict);
    });
  }

  it('comes with what to open', () => {
    assert.deepEqual(advice({ signalling: works(), media: { udp: blocked, tcp: works() } }), ['udp']);
    assert.deepEqual(advice({ signalling: works(), media: { udp: blocked, tcp: blocked } }), ['udp', 'tcp']);
    assert.deepEqual(advice({ signalling: works(), media: { udp: works(), tcp: works() } }), []);
  });
});

describe('a probe of the network', () => {
  const fingerprint = Array(32).fill('0A').join(':');
  const sdp = [
    'v=0',
    `a=fingerprint:sha-256 ${fingerprint}`,
    'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
    'a=rtpmap:97 rtx/90000',
    'a=rtpmap:96 VP8/90000',
    'a=ssrc:1234 cname:x',
  ].join('\r\n');

  it('reads what the server has to know out of the offer', () => {
    assert.deepEqual(readOffer(sdp), { fingerprint, ssrc: 1234, payload_type: 96 });
    assert.throws(() => readOffer('v=0'));
  });

  it('answers with the candidates of one protocol, and without repair', () => {
    const answer = answerFor(
      readOffer(sdp),
      {
        protocol: 'tcp',
        ice: { username_fragment: 'u', password: 'p' },
        candidates: [{ foundation: 'f', priority: 7, address: '192.0.2.1', port: 40000 }],
        fingerprint,
        lasts_s: 12,
      },
      '0',
    );
    assert.match(answer, /^a=candidate:f 1 tcp 7 192\.0\.2\.1 40000 typ host tcptype passive\r$/m);
    assert.doesNotMatch(answer, /rtcp-fb/);
  });

  it('takes loss from the receiver reports and the round trip from where it is known', () => {
    const pair = { type: 'candidate-pair', state: 'succeeded', nominated: true };
    const checks = { ...pair, totalRoundTripTime: 0.3, responsesReceived: 10 };
    const sent = { type: 'outbound-rtp', packetsSent: 200 };
    const heard = { type: 'remote-inbound-rtp', packetsLost: 10, roundTripTime: 0.025 };
    assert.deepEqual(readStats([checks, sent, heard]), { rttMs: 25, loss: 0.05 });
    assert.deepEqual(readStats([checks, sent]), { rttMs: 30, loss: 0 });
    assert.deepEqual(readStats([{ ...pair, currentRoundTripTime: 0.04 }, sent]), { rttMs: 40, loss: 0 });
    assert.equal(readStats([sent]), null);
    assert.equal(readStats([{ ...pair, nominated: false }]), null);
  });
});
