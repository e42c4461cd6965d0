import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { checkShape } from '../../../src/http/bodies.ts';

function nested(depth: number): unknown {
  return depth === 0 ? 'leaf' : { a: nested(depth - 1) };
}

describe('checkShape', () => {
  it('takes every JSON of ordinary keys and text that is not too deep', () => {
    const key = fc.stringMatching(/^[a-z_]{1,8}$/).filter((k) => !['constructor', 'prototype'].includes(k));
    const text = fc.string({ unit: 'grapheme' }).filter((t) => !t.includes('\0'));
    const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value')), fc.dictionary(key, tie('value'))),
    }));
    fc.assert(fc.property(value, (input) => checkShape(input)));
  });

  const refused: [what: string, json: string][] = [
    ['__proto__', '{"__proto__":1}'],
    ['constructor deep inside', '{"a":[{"b":{"constructor":1}}]}'],
    ['prototype', '{"prototype":{}}'],
    ['NUL in a text', '{"a":"\\u0000"}'],
    ['NUL in a key', '{"\\u0000":1}'],
    ['half a surrogate pair', '["\\udc00"]'],
  ];
  for (const [what, json] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => checkShape(JSON.parse(json)), { code: 'VALIDATION' });
    });
  }

  it('takes eight levels and refuses nine', () => {
    checkShape(nested(8));
    assert.throws(() => checkShape(nested(9)), { code: 'VALIDATION' });
    assert.throws(() => checkShape(nested(2000)), { code: 'VALIDATION' });
  });
});
