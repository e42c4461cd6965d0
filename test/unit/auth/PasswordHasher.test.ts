import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PasswordHasher } from '../../../src/auth/PasswordHasher.ts';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher({ slots: 2, queue: 100 });

  it('makes argon2id hashes of the documented cost', async () => {
    assert.match(await hasher.hash('correct horse'), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('knows the right password from a wrong one', async () => {
    const hash = await hasher.hash('correct horse');
    assert.equal(await hasher.verify(hash, 'correct horse'), true);
    assert.equal(await hasher.verify(hash, 'Correct horse'), false);
  });

  it('takes a password as it is: to its end, and not normalised', async () => {
    const long = 'x'.repeat(72);
    const hash = await hasher.hash(`${long}a`);
    assert.equal(await hasher.verify(hash, `${long}b`), false);
    assert.equal(await hasher.verify(await hasher.hash('caf\u00e9'), 'cafe\u0301'), false);
  });

  it('never finds the password of nobody right', async () => {
    assert.equal(await hasher.verify(null, 'anything'), false);
  });

  it('lets no more wait than it was told', async () => {
    const small = new PasswordHasher({ slots: 1, queue: 2 });
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => small.hash('x')));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    assert.equal(refused.length, 2);
    for (const reason of refused) assert.equal((reason as { code: string }).code, 'CAPACITY');
    await small.hash('a slot is free again');
  });
});
