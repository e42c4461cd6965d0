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
