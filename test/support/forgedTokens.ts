import { createHmac, createSign, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';

/** Access tokens that nobody may be let in with. */

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function signHmac(hash: string, input: string, key: KeyObject | string): string {
  return `${input}.${createHmac(hash, key).update(input).digest('base64url')}`;
}

/** Tokens that were not made with our key and algorithm, from a genuine one. */
export function forgedTokens(genuine: string): [name: string, token: string][] {
  const [head = '', payload = '', signature = ''] = genuine.split('.');
  const none = (alg: string): string => `${encode({ alg, typ: 'at+jwt' })}.${payload}.`;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const rs256 = `${encode({ alg: 'RS256', typ: 'at+jwt' })}.${payload}`;
  const header = (more: Record<string, unknown>): string =>
    signHmac('sha256', `${encode({ alg: 'HS256', typ: 'at+jwt', ...more })}.${payload}`, 'guessed');
  return [
    ['alg none', none('none')],
    ['alg None', none('None')],
    ['alg NONE', none('NONE')],
    ['alg nOnE', none('nOnE')],
    ['alg none with the genuine signature', `${none('none')}${signature}`],
    ['an empty signature', `${head}.${payload}.`],
    ['no signature', `${head}.${payload}`],
    ['a signature of zeros', `${head}.${payload}.${'A'.repeat(43)}`],
    ['an extra dot', `${genuine}.`],
    ['an extra part', `${genuine}.${signature}`],
    ['padding', `${genuine}=`],
    [
      'another payload',
      `${head}.${encode({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: randomUUID() })}.${signature}`,
    ],
    ['RS256', `${rs256}.${createSign('sha256').update(rs256).sign(privateKey).toString('base64url')}`],
    ['HS256 keyed with a public key', signHmac('sha256', `${head}.${payload}`, pem)],
    ['a guessed key', signHmac('sha256', `${head}.${payload}`, 'secret')],
    ['alg twice', signHmac('sha256', `${encode('{"alg":"HS256","typ":"at+jwt","alg":"none"}')}.${payload}`, 'secret')],
    [
      'an encrypted token (five parts)',
      `${encode({ alg: 'dir', enc: 'A256GCM' })}..${payload}.${payload}.${signature}`,
    ],
    ['kid of a file', header({ kid: '../../dev/null' })],
    ['kid with SQL', header({ kid: "' OR 1=1 --" })],
    ['kid __proto__', header({ kid: '__proto__' })],
    ['jku', header({ jku: 'http://127.0.0.1:9/keys' })],
    ['an embedded key', header({ jwk: { kty: 'oct', k: encode('guessed') } })],
    ['crit', header({ crit: ['exp'] })],
    ['nothing', '.'],
    ['8 KB of letters', 'a'.repeat(8192)],
  ];
}

/** Tokens that were made with our very key, but say something else than a valid access token does. */
export function misusedTokens(
  key: KeyObject,
  userId: string,
  sid: string,
): [name: string, code: string, token: string][] {
  const now = Math.floor(Date.now() / 1000);
  const good = {
    iss: 'veritalk',
    aud: 'veritalk:access',
    sub: userId,
    sid,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 900,
  };
  const head = { alg: 'HS256', typ: 'at+jwt' };
  const sign = (payload: unknown, header: unknown = head): string =>
    signHmac('sha256', `${encode(header)}.${encode(payload)}`, key);
  const without = (claim: string): string =>
    sign(Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim)));
  return [
    ...Object.keys(good).map((claim): [string, string, string] => [`no ${claim}`, 'TOKEN_INVALID', without(claim)]),
    ['sub null', 'TOKEN_INVALID', sign({ ...good, sub: null })],
    ['sub of nobody', 'TOKEN_INVALID', sign({ ...good, sub: randomUUID() })],
    ['sub as a list', 'TOKEN_INVALID', sign({ ...good, sub: [userId] })],
    ['sid of nobody', 'TOKEN_INVALID', sign({ ...good, sid: 'x'.repeat(43) })],
    ['another audience', 'TOKEN_INVALID', sign({ ...good, aud: 'veritalk:recording' })],
    ['two audiences', 'TOKEN_INVALID', sign({ ...good, aud: ['veritalk:access', 'x'] })],
    ['another issuer', 'TOKEN_INVALID', sign({ ...good, iss: 'somebody' })],
    ['another type', 'TOKEN_INVALID', sign(good, { ...head, typ: 'JWT' })],
    ['no type', 'TOKEN_INVALID', sign(good, { alg: 'HS256' })],
    ['a kid, although signed well', 'TOKEN_INVALID', sign(good, { ...head, kid: '1' })],
    ['an unknown claim', 'TOKEN_INVALID', sign({ ...good, role: 'admin' })],
    ['exp 6 s ago', 'TOKEN_EXPIRED', sign({ ...good, iat: now - 900, nbf: now - 900, exp: now - 6 })],
    ['exp as text', 'TOKEN_INVALID', sign({ ...good, exp: String(now + 900) })],
    ['exp in 300 million years', 'TOKEN_INVALID', sign({ ...good, exp: 9e15 })],
    ['exp 9e99', 'TOKEN_INVALID', sign({ ...good, exp: 9e99 })],
    ['exp one second too far', 'TOKEN_INVALID', sign({ ...good, exp: now + 901 })],
    ['nbf in 14 minutes', 'TOKEN_INVALID', sign({ ...good, nbf: now + 840 })],
    ['iat in an hour', 'TOKEN_INVALID', sign({ ...good, iat: now + 3600, exp: now + 4500 })],
    [
      'HS512 with our key',
      'TOKEN_INVALID',
      jwt.sign(good, key, { algorithm: 'HS512', header: { alg: 'HS512', typ: 'at+jwt' } }),
    ],
    [
      'HS384 with our key',
      'TOKEN_INVALID',
      jwt.sign(good, key, { algorithm: 'HS384', header: { alg: 'HS384', typ: 'at+jwt' } }),
    ],
    ['a payload that is no object', 'TOKEN_INVALID', signHmac('sha256', `${encode(head)}.${encode('[]')}`, key)],
  ];
}

/** A token that is fine but for its times, which are given in seconds from now. */
export function timedToken(
  key: KeyObject,
  userId: string,
  sid: string,
  times: { iat: number; nbf: number; exp: number },
): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: 'veritalk',
    aud: 'veritalk:access',
    sub: userId,
    sid,
    jti: randomUUID(),
    iat: now + times.iat,
    nbf: now + times.nbf,
    exp: now + times.exp,
  };
  return signHmac('sha256', `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(payload)}`, key);
}
