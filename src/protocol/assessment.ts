import { z } from 'zod';
import { isoTime } from './values.ts';

/** What the server says of one participant's picture; the rules are in `assessment/risk.ts`. */

export const assessmentStatus = z.enum(['safe', 'risk', 'undetermined', 'unscored']);
export type AssessmentStatus = z.infer<typeof assessmentStatus>;

/** `passive`: looked at, nothing found. `verified`: an active check passed on this very track, still within its time. */
export const assurance = z.enum(['none', 'passive', 'verified']);
export type Assurance = z.infer<typeof assurance>;

/** Why nothing could be looked at; set exactly when the status is `unscored`. */
export const unscoredReason = z.enum([
  'waiting',
  'camera_off',
  'no_video',
  'no_face',
  'corrupt_video',
  'analysis_down',
  'not_consented',
]);
export type UnscoredReason = z.infer<typeof unscoredReason>;

export const analyzerName = z.enum([
  'face_presence',
  'stream_integrity',
  'identity_continuity',
  'illumination',
  'ambient_light',
  'gesture',
  'baseline_drift',
  'image_model',
  'presentation_attack',
  'device_hints',
  'audio_integrity',
  'audio_model',
]);
export type AnalyzerName = z.infer<typeof analyzerName>;

/** `fine`: looked, nothing found. `hint`: looked, gives a hint only. `found`: saw something. `gathering`: not enough yet. */
export const causeOutcome = z.enum(['fine', 'passed', 'hint', 'found', 'gathering', 'not_looked']);
export type CauseOutcome = z.infer<typeof causeOutcome>;

/** What an analyzer says, as a code that the page translates. */
export const causeCode = z.enum([
  'ok',
  'gathering',
  'frozen',
  'looped',
  'face_changed',
  'face_covered',
  'no_face',
  'several_faces',
  'face_too_small',
  'turned_away',
  'too_dark',
  'too_blurred',
  'model_missing',
  /** The server had no time to look as often as the analyzer needs. */
  'too_seldom',
  'unusual',
  /** The camera is a program's. */
  'virtual_camera',
  'not_done',
  'passed',
  'failed',
  'inconclusive',
]);
export type CauseCode = z.infer<typeof causeCode>;

export const cause = z.strictObject({ analyzer: analyzerName, outcome: causeOutcome, code: causeCode });
export type Cause = z.infer<typeof cause>;

const score = z.number().min(0).max(1);

/**
 * An assessment as it travels to pages. `risk` and `confidence` have one decimal, and are null when nothing was
 * scored and always for the judged person, to whom they would be an oracle (his `causes` are empty as well).
 */
export const assessment = z.strictObject({
  status: assessmentStatus,
  assurance,
  reason: unscoredReason.nullable(),
  risk: score.nullable(),
  confidence: score.nullable(),
  causes: z.array(cause).max(16),
  /** When the last picture behind this result was looked at. */
  scannedAt: isoTime.nullable(),
  verifiedAt: isoTime.nullable(),
  /** Model name -> version, of the models that took part. */
  modelVersions: z.record(z.string().max(64), z.string().max(128)),
});
export type Assessment = z.infer<typeof assessment>;
