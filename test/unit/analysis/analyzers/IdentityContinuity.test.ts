import assert from 'node:assert/strict';
import {
  cosineDistance,
  IdentityContinuity,
  type IdentitySample,
} from '../../../../src/analysis/analyzers/IdentityContinuity.ts';
import { generator } from '../../../support/random.ts';

const random = generator(5);

function vector(): Float32Array {
  return Float32Array.from({ length: 64 }, () => random() - 0.5);
}

/** A mixture: 0 is all of `a`, 1 all of `b`. */
function between(a: Float32Array, b: Float32Array, share: number): Float32Array {
  return a.map((x, i) => (1 - share) * x + share * b[i]!);
}

interface Person {
  whole: Float32Array;
  upper: Float32Array;
  lower: Float32Array;
}

function person(): Person {
  return { whole: vector(), upper: vector(), lower: vector() };
}

describe('IdentityContinuity', () => {
  let identity: IdentityContinuity;
  let atMs: number;
  let anna: Person;
  let other: Person;

  beforeEach(() => {
    identity = new IdentityContinuity();
    atMs = 1_000_000;
    anna = person();
    other = person();
  });

  /** One look at a face: the person with a little noise. */
  function sample(who: Person, options: { yawDeg?: number; afterMs?: number } = {}): IdentitySample {
    atMs += options.afterMs ?? 1000;
    const noisy = (v: Float32Array): Float32Array => between(v, vector(), 0.15);
    return {
      atMs,
      embedding: noisy(who.whole),
      halves: identity.wantsHalves ? { upper: noisy(who.upper), lower: noisy(who.lower) } : null,
      yawDeg: options.yawDeg ?? 0,
      quality: 0.9,
    };
  }

  function see(who: Person, times: number, options: { yawDeg?: number; afterMs?: number } = {}) {
    return Array.from({ length: times }, () => identity.push(sample(who, options)));
  }

  it('gathers a baseline from eight faces and then says that it is the same one', () => {
    const first = see(anna, 7);
    assert.ok(first.every(({ evidence }) => evidence.abstained && evidence.code === 'gathering'));
    for (const { evidence, suspicious } of see(anna, 20).slice(1)) {
      assert.deepEqual([evidence.code, evidence.llr, suspicious], ['ok', 0, false]);
      assert.ok(evidence.quality > 0.8);
    }
  });

  it('suspects another face at once and reports it after three windows in a row', () => {
    see(anna, 15);
    const seen = see(other, 9);
    assert.ok(seen.some(({ suspicious }) => suspicious));
    assert.equal(seen[1]?.evidence.code !== 'face_changed', true);
    assert.deepEqual([seen.at(-1)?.evidence.code, seen.at(-1)?.evidence.llr], ['face_changed', 3]);
  });

  it('never reports on a single look, however different', () => {
    see(anna, 15);
    see(other, 1);
    assert.ok(see(anna, 10).every(({ evidence }) => evidence.code !== 'face_changed'));
  });

  it('suspects on one scan, when looks are ten seconds apart', () => {
    see(anna, 15);
    see(anna, 3, { afterMs: 10_000 });
    const [scan] = see(other, 1, { afterMs: 10_000 });
    assert.ok(scan?.suspicious);
    assert.ok(scan.evidence.abstained);
  });

  it('keeps reporting a change at scans, until the first face is back', () => {
    see(anna, 15);
    see(other, 9);
    assert.equal(see(other, 2, { afterMs: 10_000 }).at(-1)?.evidence.code, 'face_changed');
    assert.equal(see(anna, 1, { afterMs: 10_000 })[0]?.evidence.code, 'ok');
  });

  it('does not compare a face that is turned away, and goes on after it', () => {
    see(anna, 15);
    const [turned] = see(other, 1, { yawDeg: 40 });
    assert.deepEqual([turned?.evidence.code, turned?.evidence.abstained], ['turned_away', true]);
    see(other, 4);
    identity.skip((atMs += 1000), 'no_face');
    assert.equal(see(other, 5).at(-1)?.evidence.code, 'face_changed');
  });

  it('calls a face covered, and nobody changed, when one half alone differs', () => {
    see(anna, 15);
    const masked: Person = { whole: other.whole, upper: anna.upper, lower: other.lower };
    const last = see(masked, 10).at(-1);
    assert.deepEqual([last?.evidence.code, last?.evidence.llr, last?.evidence.abstained], ['face_covered', 0, true]);
  });

  it('compares a new camera more leniently, and at most hints', () => {
    see(anna, 15);
    identity.changeTrack();
    // The same person as another camera shows her: farther than one camera's own spread, nearer than another person.
    const elsewhere: Person = { ...anna, whole: between(anna.whole, other.whole, 0.38) };
    const apart = cosineDistance(anna.whole, elsewhere.whole);
    assert.ok(apart > 0.15 && apart < 0.35);
    assert.ok(see(elsewhere, 20).every(({ evidence }) => evidence.code !== 'face_changed'));
    identity.changeTrack();
    const last = see(person(), 12).at(-1);
    assert.deepEqual([last?.evidence.code, last?.evidence.llr], ['face_changed', 1]);
  });

  it('says why when there is no face to compare', () => {
    const { evidence } = identity.skip(atMs, 'several_faces');
    assert.deepEqual([evidence.code, evidence.abstained, evidence.llr], ['several_faces', true, 0]);
  });
});
