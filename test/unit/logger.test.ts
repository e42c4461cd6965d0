import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createLogger } from '../../src/logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(createLogger('debug', { write: (line) => (text += line) }));
  return text;
}

describe('createLogger', () => {
  it('writes the message and its fields as one line of JSON', () => {
    const line: unknown = JSON.parse(logged((logger) => logger.info({ roomId: 'r', count: 2 }, 'room opened')));
    assert(typeof line === 'object' && line !== null);
    const { time, ...rest } = line as { time: unknown };
    assert.deepEqual(rest, { level: 'info', roomId: 'r', count: 2, msg: 'room opened' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT.*Z$/);
  });

  const canary = 'canary-7f3a';
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  const hiding: [what: string, fields: Record<string, unknown>][] = [
    ['a password', { password: canary }],
    ['a refresh token in a body', { body: { refresh_token: canary } }],
    ['an access token deep inside', { a: { b: [{ c: { accessToken: canary } }] } }],
    ['headers', { req: { headers: { Authorization: canary, Cookie: canary } } }],
    ['parameters of a failed statement', { err: Object.assign(new Error('no'), { parameters: [canary] }) }],
    ['the cause of an error', { err: new Error('no', { cause: Object.assign(new Error('no'), { detail: canary }) }) }],
  ];
  for (const [what, fields] of hiding) {
    it(`hides ${what}`, () => {
      const text = logged((logger) => logger.warn(fields, 'x'));
      assert.notEqual(text, '');
      assert(!text.includes(canary), text);
    });
  }

  it('hides a signed token inside text and inside the message of an error', () => {
    const text = logged((logger) => {
      logger.warn({ url: `/ws?token=${token}` }, 'x');
      logger.warn({ err: new Error(`jwt ${token} malformed`) }, 'x');
    });
    assert.match(text, /malformed/);
    assert(!text.includes(token), text);
  });

  it('survives circles', () => {
    const circle: Record<string, unknown> = { n: 1 };
    circle.self = circle;
    assert.match(
      logged((logger) => logger.info({ circle }, 'x')),
      /\[deep\]/,
    );
  });
});
