import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { addressKey, AuthLimits, type LoginAttempt } from '../../../src/auth/AuthLimits.ts';
import { AppError } from '../../../src/errors.ts';

const limits = {
  registerPerAddress: 3,
  registerWindowS: 600,
  loginPerAccountAndAddress: 2,
  loginPerAddress: 4,
  loginPerAccount: 3,
  guestPerAddress: 2,
  guestWindowS: 60,
  loginWindowS: 900,
};
const stranger = async (): Promise<boolean> => false;
const familiar = async (): Promise<boolean> => true;

async function fails(attempt: Promise<unknown>): Promise<void> {
  await assert.rejects(attempt, (error: unknown) => {
    assert(error instanceof AppError);
    assert.equal(error.code, 'RATE_LIMITED');
    assert(error.retryAfterS !== undefined && error.retryAfterS >= 1 && error.retryAfterS <= 900);
    return true;
  });
}

describe('AuthLimits', () => {
  const tryOn = async (
    all: AuthLimits,
    account: string,
    address: string,
    isFamiliar = stranger,
  ): Promise<LoginAttempt> => {
    const attempt = await all.loginFrom(address);
    await attempt.against(account, isFamiliar);
    return attempt;
  };

  it('bounds registrations of an address', async () => {
    const all = new AuthLimits(limits);
    for (let i = 0; i < 3; i++) await all.register('10.0.0.1');
    await fails(all.register('10.0.0.1'));
    await all.register('10.0.0.2');
  });

  it('bounds failures of an account at an address, and lets it in elsewhere', async () => {
    const all = new AuthLimits(limits);
    await tryOn(all, 'ann', '10.0.0.1');
    await tryOn(all, 'ann', '10.0.0.1');
    await fails(tryOn(all, 'ann', '10.0.0.1'));
    await tryOn(all, 'ann', '10.0.0.2');
  });

  it('bounds failures of an address over all accounts', async () => {
    const all = new AuthLimits(limits);
    for (let i = 0; i < 4; i++) await tryOn(all, `ann${i}`, '10.0.0.1');
    await fails(all.loginFrom('10.0.0.1'));
  });

  it('after too many failures of an account answers familiar addresses only', async () => {
    const all = new AuthLimits(limits);
    for (let i = 0; i < 3; i++) await tryOn(all, 'ann', `10.0.0.${i}`);
    await fails(tryOn(all, 'ann', '10.0.1.1'));
    await tryOn(all, 'ann', '10.0.1.2', familiar);
  });

  it('does not count attempts that succeeded or were abandoned', async () => {
    const all = new AuthLimits(limits);
    for (let i = 0; i < 20; i++) {
      const attempt = await tryOn(all, 'ann', '10.0.0.1');
      await (i % 2 === 0 ? attempt.succeeded() : attempt.abandoned());
    }
    for (let i = 0; i < 20; i++) await (await all.loginFrom('10.0.0.1')).abandoned();
  });

  it('forgets earlier failures at an address when the right password comes from it', async () => {
    const all = new AuthLimits({ ...limits, loginPerAccount: 100, loginPerAddress: 100 });
    for (let i = 0; i < 5; i++) {
      await tryOn(all, 'ann', '10.0.0.1');
      await (await tryOn(all, 'ann', '10.0.0.1')).succeeded();
    }
  });

  it('counts attempts at once like attempts one after the other', async () => {
    const all = new AuthLimits({ ...limits, loginPerAddress: 100 });
    const attempts = await Promise.allSettled(Array.from({ length: 50 }, () => tryOn(all, 'ann', '10.0.0.1')));
    assert.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 2);
  });
});

describe('addressKey', () => {
  const cases: [address: string, key: string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ];
  for (const [address, key] of cases) it(`puts ${address} into ${key}`, () => assert.equal(addressKey(address), key));
});
