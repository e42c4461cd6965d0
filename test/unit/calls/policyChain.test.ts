import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  canonicalJson,
  chain,
  chainStart,
  firstBroken,
  type ChainedEntry,
  type PolicyEntry,
} from '../../../src/calls/policyChain.ts';

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.3, in its order', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    assert.deepEqual(Object.values(JSON.parse(canonicalJson(value)) as object), [
      // A parser puts whole numbers first, as it happens the second place of the RFC's order.
      'One',
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
    assert.ok(canonicalJson(value).startsWith('{"\\r":"Carriage Return","1":"One",'));
  });

  it('writes numbers, strings and literals as section 3.2.2 does', () => {
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0];
    assert.equal(canonicalJson(numbers), '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]');
    assert.equal(canonicalJson('\u20ac$\u000f\nA\'\u0042\u0022\u005c\\"/'), '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
    assert.equal(canonicalJson([null, true, false, {}, []]), '[null,true,false,{},[]]');
  });

  it('does not depend on the order in which a value was made', () => {
    assert.equal(canonicalJson({ b: [{ d: 1, c: 2 }], a: 'x' }), '{"a":"x","b":[{"c":2,"d":1}]}');
    assert.equal(canonicalJson({ a: 'x', b: [{ c: 2, d: 1 }] }), '{"a":"x","b":[{"c":2,"d":1}]}');
  });

  it('refuses what JSON does not know', () => {
    for (const value of [NaN, Infinity, [-Infinity], { a: NaN }, '\ud800', { '\ud800': 1 }]) {
      assert.throws(() => canonicalJson(value), TypeError);
    }
  });
});

describe('the chain of a policy log', () => {
  const callId = '00000000-0000-4000-8000-000000000001';
  const entry = (n: number): PolicyEntry => ({
    actionId: `00000000-0000-4000-8000-0000000001${String(n).padStart(2, '0')}`,
    at: new Date(Date.UTC(2026, 4, 1, 12, 0, n)),
    kind: 'action',
    action: 'pauseVideo',
    actorId: null,
    subjectPeerId: 'p',
    subjectUserId: null,
    details: { reason: 'looped', score: 0.9 },
  });
  const made = (count: number): ChainedEntry[] => {
    const entries: ChainedEntry[] = [];
    for (let n = 1; n <= count; n++) entries.push(chain(callId, entry(n), entries.at(-1) ?? null));
    return entries;
  };

  it('hashes what came before and the canonical content', () => {
    const [first] = made(1);
    assert(first);
    const content =
      `{"action":"pauseVideo","action_id":"${first.actionId}","actor":null,"at":"2026-05-01T12:00:01.000Z",` +
      `"call_id":"${callId}","details":{"reason":"looped","score":0.9},"kind":"action","seq":1,` +
      `"subject_peer":"p","subject_user":null}`;
    assert.deepEqual(first.hash, createHash('sha256').update(chainStart).update(content).digest());
    assert.deepEqual([first.seq, first.prevHash], [1, chainStart]);
  });

  it('is whole as it was written', () => {
    const entries = made(10);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    assert.equal(firstBroken(entries), null);
    assert.equal(firstBroken([]), null);
  });

  const attacks: [string, (entries: ChainedEntry[]) => ChainedEntry[], number][] = [
    ['a changed word', (all) => all.map((e) => (e.seq === 4 ? { ...e, action: 'ejectPeer' } : e)), 4],
    ['another actor', (all) => all.map((e) => (e.seq === 4 ? { ...e, actorId: callId } : e)), 4],
    ['another time', (all) => all.map((e) => (e.seq === 4 ? { ...e, at: new Date(0) } : e)), 4],
    ['a detail', (all) => all.map((e) => (e.seq === 4 ? { ...e, details: { reason: 'looped', score: 0.8 } } : e)), 4],
    ['a removed entry', (all) => all.filter((e) => e.seq !== 4), 4],
    ['a removed beginning', (all) => all.slice(1), 1],
    ['two in each other’s place', (all) => [...all.slice(0, 3), ...all.slice(3, 5).reverse(), ...all.slice(5)], 4],
    [
      'one that was put in',
      (all) => [...all.slice(0, 3), chain(callId, entry(50), all[2] ?? null), ...all.slice(3)],
      5,
    ],
    ['an entry of another call', (all) => all.map((e) => (e.seq === 4 ? { ...e, callId: entry(1).actionId } : e)), 4],
    ['a flipped bit of a hash', (all) => all.map((e) => (e.seq === 4 ? { ...e, hash: flipped(e.hash) } : e)), 4],
    [
      'a flipped bit of the link',
      (all) => all.map((e) => (e.seq === 4 ? { ...e, prevHash: flipped(e.prevHash) } : e)),
      4,
    ],
  ];
  for (const [what, attack, seq] of attacks) {
    it(`shows ${what}, by the first entry that does not fit`, () => {
      assert.equal(firstBroken(attack(made(10))), seq);
    });
  }
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(7) ^ 4, 7);
  return copy;
}
