import assert from 'node:assert/strict';
import type { PolicyOutbox } from '../../src/calls/PolicyLog.ts';

/** For tests in which the database is always there. */
export const noOutbox: PolicyOutbox = {
  waiting: false,
  put: () => assert.fail('the database is there'),
};
