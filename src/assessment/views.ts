import type { Assessment } from '../protocol/assessment.ts';

/** The assessment as others in the call see it: numbers with one decimal, none where nothing was scored. */
export function forOthers(assessment: Assessment): Assessment {
  const scored = assessment.status !== 'unscored';
  return {
    ...assessment,
    risk: scored && assessment.risk !== null ? oneDecimal(assessment.risk) : null,
    confidence: scored && assessment.confidence !== null ? oneDecimal(assessment.confidence) : null,
  };
}

/** What the judged person may see: that a check runs and its status, but nothing to try an attack against. */
export function forSelf(assessment: Assessment): Assessment {
  return { ...assessment, risk: null, confidence: null, causes: [] };
}

function oneDecimal(score: number): number {
  return Math.round(score * 10) / 10;
}
