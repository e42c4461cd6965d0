import assert from 'node:assert/strict';
import { challengeRule, isAtLeast, policyMode, type CheckPolicy } from '../../../src/protocol/checkPolicy.ts';

const least: CheckPolicy = { mode: 'warn', challenge: 'on_suspicion', everyMinutes: 30 };

describe('the policy of a call', () => {
  it('may ask for more than the server does, never for less', () => {
    const fits = (changes: Partial<CheckPolicy>): boolean => isAtLeast(least, { ...least, ...changes });
    assert.deepEqual(
      policyMode.options.filter((mode) => fits({ mode })),
      ['warn', 'enforce'],
    );
    assert.deepEqual(
      challengeRule.options.filter((challenge) => fits({ challenge })),
      ['on_suspicion', 'at_door', 'every'],
    );
  });

  it('keeps what the server asks of everybody, at least as often', () => {
    const every = { ...least, challenge: 'every' as const };
    assert.ok(isAtLeast(every, { ...every, everyMinutes: 5 }));
    assert.ok(!isAtLeast(every, { ...every, everyMinutes: 60 }));
    assert.ok(!isAtLeast(every, { ...every, challenge: 'at_door' }));
  });

  it('is any at all where the server asks for nothing', () => {
    const nothing: CheckPolicy = { mode: 'off', challenge: 'never', everyMinutes: 1 };
    for (const mode of policyMode.options) {
      for (const challenge of challengeRule.options)
        assert.ok(isAtLeast(nothing, { mode, challenge, everyMinutes: 9 }));
    }
  });
});
