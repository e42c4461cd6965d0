import assert from 'node:assert/strict';
import { z } from 'zod';
import { parseForeign } from '../../../src/protocol/parseForeign.ts';

const schema = z.strictObject({ text: z.string().min(1).max(8) });

describe('what came from outside', () => {
  it('is taken in its form', () => {
    assert.deepEqual(parseForeign(schema, { text: 'x' }), { success: true, data: { text: 'x' } });
  });

  it('is refused with the places that are wrong', () => {
    const parsed = parseForeign(schema, { text: '' });
    assert.ok(!parsed.success);
    assert.deepEqual(
      parsed.issues.map(({ path }) => path),
      [['text']],
    );
  });

  it('is not told again where it has a key too many, unless that looks like one of ours', () => {
    const messageOf = (value: unknown): string => {
      const parsed = parseForeign(schema, value);
      return parsed.success ? '' : (parsed.issues[0]?.message ?? '');
    };
    assert.equal(messageOf({ text: 'x', isAdmin: true }), 'Unrecognized key: isAdmin');
    assert.equal(messageOf({ text: 'x', 'correct horse battery': 1 }), 'Unrecognized key');
    assert.equal(messageOf({ text: 'x', [`k${'x'.repeat(5000)}`]: 1 }), 'Unrecognized key');
  });

  it('is refused, not stumbled over, where its length cannot be compared', () => {
    assert.throws(
      () => schema.safeParse({ text: { length: { toString: 1 } } }),
      TypeError,
      'else it is needed no more',
    );
    assert.equal(parseForeign(schema, { text: { length: { toString: 1 } } }).success, false);
  });
});
