import assert from 'node:assert/strict';
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import { AccessTokens } from '../../../src/auth/AccessTokens.ts';
import { AppError } from '../../../src/errors.ts';
import { forgedTokens, misusedTokens, timedToken } from '../../support/forgedTokens.ts';

describe('AccessTokens', () => {
  const key = createSecretKey(randomBytes(32));
  const tokens = new AccessTokens(key, 900);
  const userId = randomUUID();
  const sid = 's'.repeat(43);
  const codeOf = (token: string): string => {
    try {
      tokens.verify(token);
    } catch (error) {
      assert(error instanceof AppError);
      return error.code;
    }
    return 'valid';
  };

  it('reads back what it signed', () => {
    const { token, expiresAt } = tokens.sign(userId, sid, new Date());
    assert.deepEqual(tokens.verify(token), { userId, sid, expiresAt });
  });

  it('tells nothing in a token but what is needed', () => {
    const [head, payload] = tokens
      .sign(userId, sid, new Date())
      .token.split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    assert.deepEqual(JSON.parse(head ?? ''), { alg: 'HS256', typ: 'at+jwt' });
    assert.deepEqual(Object.keys(JSON.parse(payload ?? '') as object).sort(), [
      'aud',
      'exp',
      'iat',
      'iss',
      'jti',
      'nbf',
      'sid',
      'sub',
    ]);
  });

  for (const [name, token] of forgedTokens(tokens.sign(userId, sid, new Date()).token)) {
    it(`refuses a forgery: ${name}`, () => {
      assert.equal(codeOf(token), 'TOKEN_INVALID');
    });
  }

  const needTheDatabase = ['sub of nobody', 'sid of nobody'];
  for (const [name, code, token] of misusedTokens(key, userId, sid)) {
    if (needTheDatabase.includes(name)) continue;
    it(`refuses a signed token: ${name}`, () => {
      assert.equal(codeOf(token), code);
    });
  }

  const times: [name: string, times: { iat: number; nbf: number; exp: number }, code: string][] = [
    ['a second before its end', { iat: -899, nbf: -899, exp: 1 }, 'valid'],
    ['3 s after its end, within the leeway', { iat: -903, nbf: -903, exp: -3 }, 'valid'],
    ['7 s after its end', { iat: -907, nbf: -907, exp: -7 }, 'TOKEN_EXPIRED'],
    ['issued 3 s from now, within the leeway', { iat: 3, nbf: 3, exp: 900 }, 'valid'],
    ['issued 7 s from now', { iat: 7, nbf: 0, exp: 900 }, 'TOKEN_INVALID'],
    ['valid from 7 s from now', { iat: 0, nbf: 7, exp: 900 }, 'TOKEN_INVALID'],
  ];
  for (const [name, at, code] of times) {
    it(`${code === 'valid' ? 'takes' : 'refuses'} a token ${name}`, () => {
      assert.equal(codeOf(timedToken(key, userId, sid, at)), code);
    });
  }

  it('refuses a token of another server', () => {
    const other = new AccessTokens(createSecretKey(randomBytes(32)), 900);
    assert.equal(codeOf(other.sign(userId, sid, new Date()).token), 'TOKEN_INVALID');
  });
});
