import assert from 'node:assert/strict';
import { fromChild, toChild } from '../../../src/analysis/protocol.ts';

const evidence = {
  analyzer: 'stream_integrity',
  version: '1',
  fromMs: 1,
  toMs: 2,
  llr: 0,
  quality: 1,
  abstained: false,
  code: 'ok',
  details: { a: 1 },
};
const looked = {
  type: 'looked',
  streamId: 1,
  nonce: '0123456789abcdef0123456789abcdef',
  lookId: 2,
  atMs: 2,
  frame: { sha256: '0'.repeat(64), bytes: 100, width: 640, height: 360, quantizerIndex: 30 },
  evidence: [evidence],
  durations: { decodeMs: 1, detectMs: 1, meshMs: 1, embedMs: 1, totalMs: 4 },
  modelVersions: { blazeface: 'abc' },
  suspicious: false,
  nextAtMs: null,
  waitedMs: 3,
};

describe('messages of an analysis child', () => {
  it('are taken when they are as agreed', () => {
    assert.ok(fromChild.safeParse(looked).success);
  });

  const withEvidence = (change: object): object => ({ ...looked, evidence: [{ ...evidence, ...change }] });
  const refused: Record<string, unknown> = {
    'a risk that is no number': withEvidence({ llr: NaN }),
    'an infinite one': withEvidence({ llr: Infinity }),
    'a huge one': withEvidence({ llr: 1e9 }),
    'a negative quality': withEvidence({ quality: -0.1 }),
    'a quality beyond 1': withEvidence({ quality: 1.1 }),
    'an unknown analyzer': withEvidence({ analyzer: 'horoscope' }),
    'an unknown code': withEvidence({ code: 'genuine' }),
    'an embedding in the details': withEvidence({ details: { embedding: [1, 2, 3] } }),
    'an embedding, number by number': withEvidence({
      details: Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`e${i}`, i])),
    }),
    'text in the details': withEvidence({ details: { name: 'Anna' } }),
    'a field more': { ...looked, status: 'safe' },
    'no evidence': { ...looked, evidence: [] },
    'no nonce': { ...looked, nonce: undefined },
    'a short nonce': { ...looked, nonce: 'abc' },
    'a picture larger than is ever decoded': { ...looked, frame: { ...looked.frame, width: 16383 } },
    'a negative duration': { ...looked, durations: { ...looked.durations, decodeMs: -1 } },
    'an unknown type': { ...looked, type: 'verdict' },
    'no object': 'looked',
    nothing: undefined,
  };
  for (const [what, message] of Object.entries(refused)) {
    it(`are refused: ${what}`, () => assert.ok(!fromChild.safeParse(message).success));
  }
});

describe('messages to an analysis child', () => {
  it('name the only address of a stream as an address', () => {
    const open = {
      type: 'openStream',
      streamId: 1,
      nonce: looked.nonce,
      subjectId: 1,
      groupId: 1,
      ssrc: 1,
      payloadType: 101,
      source: { ip: '127.0.0.1', port: 4000 },
    };
    assert.ok(toChild.safeParse(open).success);
    assert.ok(!toChild.safeParse({ ...open, source: { ip: 'localhost', port: 4000 } }).success);
    assert.ok(!toChild.safeParse({ ...open, source: { ip: '127.0.0.1', port: 0 } }).success);
  });
});
