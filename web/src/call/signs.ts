import type { AssessmentStatus, Assurance } from '../../../src/protocol/assessment.ts';

/** The five signs of a result: the four statuses, and `verified` for what passed an active check. */
export type Sign = AssessmentStatus | 'verified';

/** Which of the five signs stands for a result. The tick is earned: only a passed active check gives it. */
export function signOf(status: AssessmentStatus, assurance: Assurance): Sign {
  return status === 'safe' && assurance === 'verified' ? 'verified' : status;
}
