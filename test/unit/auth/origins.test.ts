import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isAllowedOrigin } from '../../../src/auth/origins.ts';

describe('isAllowedOrigin', () => {
  const server = { publicUrl: 'https://calls.example.org', allowedOrigins: ['https://intranet.example.org'] };
  const host = 'localhost:8000';
  const cases: [origin: string | undefined, secure: boolean, allowed: boolean][] = [
    [undefined, false, true],
    ['http://localhost:8000', false, true],
    ['https://localhost:8000', false, true],
    ['https://localhost:8000', true, true],
    ['http://localhost:8000', true, false],
    ['https://calls.example.org', false, true],
    ['https://intranet.example.org', false, true],
    ['null', false, false],
    ['', false, false],
    ['http://localhost', false, false],
    ['http://localhost:8001', false, false],
    ['http://localhost:8000.evil.io', false, false],
    ['http://evil.io/?localhost:8000', false, false],
    ['https://calls.example.org.evil.io', false, false],
    ['http://calls.example.org', false, false],
    ['https://CALLS.example.org', false, false],
    ['https://calls.example.org:444', false, false],
  ];
  for (const [origin, secure, allowed] of cases) {
    it(`${allowed ? 'lets' : 'does not let'} ${origin ?? 'no origin'} in over ${secure ? 'https' : 'http'}`, () => {
      const headers = origin === undefined ? { host } : { host, origin };
      assert.equal(isAllowedOrigin(headers, secure, server), allowed);
    });
  }

  it('lets nothing but the listed in where the request names no host', () => {
    assert.equal(isAllowedOrigin({ origin: 'http://undefined' }, false, server), false);
    assert.equal(isAllowedOrigin({ origin: 'https://calls.example.org' }, false, server), true);
  });
});
