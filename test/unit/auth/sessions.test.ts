import assert from 'node:assert/strict';
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import { newRefreshToken, secretsOf, sha256, sidOf, successorOf } from '../../../src/auth/refreshTokens.ts';
import { SessionCache } from '../../../src/auth/SessionCache.ts';
import type { LiveSession } from '../../../src/auth/stores.ts';

describe('refresh tokens', () => {
  const key = createSecretKey(randomBytes(32));

  it('hold 256 random bits', () => {
    const tokens = new Set(Array.from({ length: 100 }, newRefreshToken));
    assert.equal(tokens.size, 100);
    for (const token of tokens) assert.equal(Buffer.from(token, 'base64url').length, 32);
  });

  it('have one successor and one sid, which nobody can tell without the key', () => {
    const token = newRefreshToken();
    assert.equal(successorOf(token, key), successorOf(token, key));
    const other = createSecretKey(randomBytes(32));
    const derived = [successorOf(token, key), sidOf(token, key), successorOf(token, other), sidOf(token, other), token];
    assert.equal(new Set(derived).size, derived.length);
  });

  it('are stored as hashes only', () => {
    const token = newRefreshToken();
    assert.deepEqual(secretsOf(token, key), { refreshTokenHash: sha256(token), sidHash: sha256(sidOf(token, key)) });
  });
});

describe('SessionCache', () => {
  const sidHash = sha256('sid');
  const session: LiveSession = {
    sessionId: randomUUID(),
    user: { id: randomUUID(), username: 'ann', email: 'a@b.c', fullName: 'Ann', role: 'member' },
  };

  it('remembers for five seconds', () => {
    const cache = new SessionCache();
    cache.put(sidHash, session, cache.mark, 1000);
    assert.equal(cache.get(sidHash, 5999), session);
    assert.equal(cache.get(sidHash, 6000), null);
    assert.equal(cache.get(sha256('other'), 1000), null);
  });

  it('forgets a session that was revoked', () => {
    const cache = new SessionCache();
    cache.put(sidHash, session, cache.mark, 1000);
    cache.forget(session.sessionId);
    assert.equal(cache.get(sidHash, 1001), null);
  });

  it('does not remember what was looked up before a revocation and answered after it', () => {
    const cache = new SessionCache();
    const { mark } = cache;
    cache.forget(session.sessionId);
    cache.put(sidHash, session, mark, 1000);
    assert.equal(cache.get(sidHash, 1001), null);
  });

  it('stays bounded', () => {
    const cache = new SessionCache();
    for (let i = 0; i <= 10_000; i++) cache.put(sha256(String(i)), session, cache.mark, 1000);
    assert.equal(cache.get(sha256('0'), 1001), null);
    assert.equal(cache.get(sha256('10000'), 1001), session);
  });
});
