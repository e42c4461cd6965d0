import assert from 'node:assert/strict';
import { chosenPolicy } from '../../../src/calls/chosenPolicy.ts';
import type { PolicyEntry } from '../../../src/calls/policyChain.ts';
import { newEntry } from '../../../src/calls/PolicyLog.ts';
import type { CheckPolicy } from '../../../src/protocol/checkPolicy.ts';

const least: CheckPolicy = { mode: 'warn', challenge: 'on_suspicion', everyMinutes: 30 };
const chose = (changes: Partial<CheckPolicy>): PolicyEntry =>
  newEntry({ kind: 'action', action: 'setCheckPolicy', details: { ...least, ...changes } });

describe('the policy that a call comes back with', () => {
  it('is what its hosts chose last', () => {
    const log = [
      chose({ mode: 'enforce' }),
      newEntry({ kind: 'verdict', action: 'assessment' }),
      chose({ challenge: 'every' }),
    ];
    assert.deepEqual(chosenPolicy(log, least), { ...least, challenge: 'every' });
  });

  it('is the server’s where they chose nothing, less than it asks for by now, or what cannot be read', () => {
    for (const log of [[], [chose({ mode: 'off' })], [newEntry({ kind: 'action', action: 'setCheckPolicy' })]]) {
      assert.deepEqual(chosenPolicy(log, least), least);
    }
  });
});
