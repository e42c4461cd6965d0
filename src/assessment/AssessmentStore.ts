import type { AssessmentStatus, Assurance, Cause, UnscoredReason } from '../protocol/assessment.ts';
import type { AssessmentResult } from './types.ts';

/** Where results are kept. Called for every result that is told to participants; never awaited by a call's path. */
export interface AssessmentStore {
  /**
   * Keeps one result in the call's record (`security_assessments`).
   *
   * @throws When it could not be stored; the result is then lost to the record, counted and logged.
   */
  saveScan(result: AssessmentResult): Promise<void>;
}

/** A stored result as the call's record shows it. Guests without an account have none. */
export interface ScanRow {
  userId: string;
  at: Date;
  status: AssessmentStatus;
  assurance: Assurance;
  reason: UnscoredReason | null;
  /** Full precision. */
  risk: number | null;
  confidence: number | null;
  causes: Cause[];
}
