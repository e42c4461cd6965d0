import { basisOf } from '../../src/assessment/basis.ts';
import type { AssessmentResult } from '../../src/assessment/types.ts';
import type { Assessment } from '../../src/protocol/assessment.ts';

/** A result about somebody's camera, as the Monitor would hand it to the store. */
export function assessmentResult(
  callId: string,
  person: { id: string; username: string },
  assessment: Partial<Assessment> & Pick<Assessment, 'status'>,
  atMs = Date.now(),
): AssessmentResult {
  return {
    callId,
    peerId: `peer-of-${person.username}`,
    userId: person.id,
    atMs,
    assessment: {
      assurance: 'none',
      reason: null,
      risk: null,
      confidence: null,
      causes: [{ analyzer: 'stream_integrity', outcome: 'found', code: 'frozen' }],
      scannedAt: new Date(atMs).toISOString(),
      verifiedAt: null,
      modelVersions: { blazeface: '1' },
      ...assessment,
    },
    detail: {
      evidence: [
        {
          analyzer: 'stream_integrity',
          version: '1',
          fromMs: atMs - 1000,
          toMs: atMs,
          llr: 2.5,
          quality: 0.8,
          abstained: false,
          code: 'frozen',
          details: { distance: 0.01 },
        },
      ],
      basis: basisOf({ ledger: new Map(), nowMs: atMs, verified: false, reason: null, last: null, settings: '' }),
      durations: { decodeMs: 6, detectMs: 3, meshMs: 4, embedMs: 5, totalMs: 20 },
    },
  };
}
