import assert from 'node:assert/strict';
import { dtlsParameters, rtpCapabilities, rtpParameters } from '../../../src/protocol/rtp.ts';

const codec = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90000 };
const good = { codecs: [codec], encodings: [{ ssrc: 1111 }], headerExtensions: [{ uri: 'urn:x', id: 1 }] };
const hex = (bytes: number): string => Array(bytes).fill('AB').join(':');

describe('rtpParameters', () => {
  it('takes an honest sender', () => {
    assert.deepEqual(rtpParameters.parse(good), good);
  });

  const bad: [string, object][] = [
    ['10,000 encodings', { encodings: Array(10_000).fill({ ssrc: 1 }) }],
    ['4 encodings', { encodings: Array(4).fill({ ssrc: 1 }) }],
    ['no encoding', { encodings: [] }],
    ['ssrc 0', { encodings: [{ ssrc: 0 }] }],
    ['ssrc -1', { encodings: [{ ssrc: -1 }] }],
    ['ssrc NaN', { encodings: [{ ssrc: NaN }] }],
    ['ssrc 1.5', { encodings: [{ ssrc: 1.5 }] }],
    ['ssrc 2^40', { encodings: [{ ssrc: 2 ** 40 }] }],
    ['ssrc as text', { encodings: [{ ssrc: '1' }] }],
    ['negative bitrate', { encodings: [{ ssrc: 1, maxBitrate: -5 }] }],
    ['empty rid', { encodings: [{ rid: '' }] }],
    ['payload type 300', { codecs: [{ ...codec, payloadType: 300 }] }],
    ['payload type 72, which would clash with RTCP', { codecs: [{ ...codec, payloadType: 72 }] }],
    ['13 codecs', { codecs: Array(13).fill(codec) }],
    ['17 header extensions', { headerExtensions: Array(17).fill({ uri: 'urn:x', id: 1 }) }],
    ['a long mid', { mid: 'x'.repeat(9) }],
    ['a long cname', { rtcp: { cname: 'x'.repeat(65) } }],
    ['codec parameters that are objects', { codecs: [{ ...codec, parameters: { a: {} } }] }],
  ];
  for (const [what, change] of bad) {
    it(`refuses ${what}`, () => {
      assert.equal(rtpParameters.safeParse({ ...good, ...change }).success, false);
    });
  }

  it('drops keys that a client has no business with', () => {
    const parsed = rtpParameters.parse({ ...good, pipe: true, keyFrameRequestDelay: 1 });
    assert.deepEqual(parsed, good);
  });

  it('refuses a huge object without holding the server up', () => {
    const huge = { ...good, encodings: Array(100_000).fill({ ssrc: 1 }) };
    const startMs = performance.now();
    assert.equal(rtpParameters.safeParse(huge).success, false);
    assert.ok(performance.now() - startMs < 100, 'took too long');
  });
});

describe('dtlsParameters', () => {
  it('takes the fingerprints of RFC 8122 with SHA-2 only', () => {
    const value = { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: hex(32) }] };
    assert.deepEqual(dtlsParameters.parse(value), value);
  });

  const bad: [string, unknown][] = [
    ['no fingerprint', { fingerprints: [] }],
    ['1,000 fingerprints', { fingerprints: Array(1000).fill({ algorithm: 'sha-256', value: hex(32) }) }],
    ['sha-1', { fingerprints: [{ algorithm: 'sha-1', value: hex(20) }] }],
    ['md5', { fingerprints: [{ algorithm: 'md5', value: hex(16) }] }],
    ['a wrong length', { fingerprints: [{ algorithm: 'sha-256', value: hex(31) }] }],
    ['no hex', { fingerprints: [{ algorithm: 'sha-256', value: hex(32).replace('AB', 'XY') }] }],
    ['an unknown role', { role: 'evil', fingerprints: [{ algorithm: 'sha-256', value: hex(32) }] }],
    ['null', null],
  ];
  for (const [what, value] of bad) {
    it(`refuses ${what}`, () => {
      assert.equal(dtlsParameters.safeParse(value).success, false);
    });
  }
});

describe('rtpCapabilities', () => {
  it('refuses more codecs or header extensions than any browser has', () => {
    const one = { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 96, clockRate: 90000 };
    assert.equal(rtpCapabilities.safeParse({ codecs: [one], headerExtensions: [] }).success, true);
    assert.equal(rtpCapabilities.safeParse({ codecs: Array(33).fill(one), headerExtensions: [] }).success, false);
    assert.equal(rtpCapabilities.safeParse({}).success, false);
  });
});
