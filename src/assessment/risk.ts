import { createHash } from 'node:crypto';
import type { Evidence } from '../analysis/protocol.ts';
import type { AnalyzerName, Cause, AssessmentStatus, Assurance } from '../protocol/assessment.ts';
import type { Ledger, Remembered } from './ledger.ts';

/*
 * Fusion of evidence (DETECTION section 6). Pure: time comes in as an argument. Log-likelihood ratios of fake to genuine
 * add up, each within its analyzer's bounds. An analyzer that abstains adds nothing to either side.
 */

/** One participant in 20 is taken to be a fake before anything was seen. */
const PRIOR_LOG_ODDS = Math.log(1 / 20);

/** How far an analyzer may move the log odds towards a fake and towards genuine (DETECTION section 6). */
interface Bounds {
  against: number;
  for: number;
}

const BOUNDS: Readonly<Record<AnalyzerName, Bounds>> = {
  // Tells whether there is a face to look at; says nothing about it.
  face_presence: { against: 0, for: 0 },
  stream_integrity: { against: 6, for: 0 },
  identity_continuity: { against: 3, for: 0 },
  illumination: { against: 5, for: 2.5 },
  ambient_light: { against: 0, for: 2 },
  gesture: { against: 2, for: 2 },
  baseline_drift: { against: 1, for: 1 },
  image_model: { against: 1, for: 1 },
  presentation_attack: { against: 1.5, for: 1.5 },
  device_hints: { against: 0, for: 0 },
  audio_integrity: { against: 1.5, for: 1.5 },
  audio_model: { against: 0.5, for: 0.5 },
};

/** Classifiers that nobody acts at: together enough to offer a challenge, never for `risk`. */
const PASSIVE: ReadonlySet<AnalyzerName> = new Set([
  'baseline_drift',
  'image_model',
  'presentation_attack',
  'audio_integrity',
  'audio_model',
]);
const PASSIVE_BOUND = 3.5;

const CHALLENGES: ReadonlySet<AnalyzerName> = new Set(['illumination', 'ambient_light', 'gesture']);
const HALF_LIFE_MS = 60_000;
const CHALLENGE_HALF_LIFE_MS = 600_000;

/** Until a challenge has ended, or A1 has found frozen or looped video, certainty is out of reach. */
const PASSIVE_CONFIDENCE = 0.6;
const CONFIDENCE_SCALE = 4;
/** What is left of confidence where the camera is a program's: not enough for `safe` until a challenge was passed. */
const VIRTUAL_CAMERA_SHARE = 0.75;
/** A certain finding that has faded below this share lifts the limit no longer. */
const CERTAIN_SHARE = 0.5;

const RISK_FROM = 0.7;
const SAFE_UP_TO = 0.3;
const CONFIDENT_FROM = 0.5;
/** A failed challenge or a changed face bars `safe` for so long (10 min). */
const UNSAFE_AFTER_FINDING_MS = 600_000;

/** Changes with everything above that a result depends on. Raise the number when the functions below change. */
export const FUSION_RULES = createHash('sha256')
  .update(
    JSON.stringify([
      2,
      PRIOR_LOG_ODDS,
      BOUNDS,
      [...PASSIVE],
      PASSIVE_BOUND,
      [...CHALLENGES],
      [HALF_LIFE_MS, CHALLENGE_HALF_LIFE_MS, UNSAFE_AFTER_FINDING_MS],
      [PASSIVE_CONFIDENCE, CONFIDENCE_SCALE, CERTAIN_SHARE, VIRTUAL_CAMERA_SHARE],
      [RISK_FROM, SAFE_UP_TO, CONFIDENT_FROM],
    ]),
  )
  .digest('hex');

export interface Fusion {
  status: Exclude<AssessmentStatus, 'unscored'>;
  assurance: Assurance;
  /** 0 to 1. */
  risk: number;
  /** 0 to 1. */
  confidence: number;
  causes: Cause[];
}

/**
 * Weighs everything that is remembered of a participant.
 *
 * @param verified - A challenge was passed on this very track, in time, without a change of identity since.
 */
export function fuse(ledger: Ledger, nowMs: number, verified: boolean): Fusion {
  const risk = riskOf(ledger, nowMs);
  const confidence = confidenceOf(ledger, nowMs);
  const status = statusOf(ledger, nowMs, { risk, confidence, verified });
  const assurance = status !== 'safe' ? 'none' : verified ? 'verified' : 'passive';
  return { status, assurance, risk, confidence, causes: causesOf(ledger, nowMs) };
}

/** Probability that the picture is a fake, 0 to 1. */
export function riskOf(ledger: Ledger, nowMs: number): number {
  let logOdds = PRIOR_LOG_ODDS;
  let passive = 0;
  for (const [analyzer, remembered] of ledger) {
    const term = termOf(analyzer, remembered, nowMs);
    if (PASSIVE.has(analyzer)) passive += term;
    else logOdds += term;
  }
  logOdds += Math.min(PASSIVE_BOUND, passive);
  return 1 / (1 + Math.exp(-logOdds));
}

/** What one analyzer adds to the log odds of a fake. */
export interface Term {
  evidence: Evidence;
  bounds: Bounds;
  /** What is left of it by its age, 0 to 1. */
  share: number;
  logOdds: number;
  passive: boolean;
}

/** The terms behind `riskOf`, for explaining a result; analyzers that only abstained have none. */
export function termsOf(ledger: Ledger, nowMs: number): Term[] {
  return [...ledger].flatMap(([analyzer, remembered]) => {
    const used = strongest(analyzer, remembered, nowMs);
    if (!used) return [];
    const logOdds = weightOf(analyzer, used.evidence) * used.share;
    return [{ ...used, logOdds, bounds: BOUNDS[analyzer], passive: PASSIVE.has(analyzer) }];
  });
}

/**
 * How much has been looked at, 0 to 1: 0 when every analyzer abstained. More evidence never makes it less, except that
 * of a picture that comes out of a program less can be said.
 */
export function confidenceOf(ledger: Ledger, nowMs: number): number {
  let weight = 0;
  let certain = false;
  for (const [analyzer, { newest, finding }] of ledger) {
    let worth = 0;
    for (const evidence of [newest, finding]) {
      if (!evidence) continue;
      const share = shareLeft(analyzer, evidence, nowMs);
      worth = Math.max(worth, evidence.quality * share);
      if (share >= CERTAIN_SHARE && givesCertainty(analyzer, evidence)) certain = true;
    }
    weight += worth * Math.max(BOUNDS[analyzer].against, BOUNDS[analyzer].for);
  }
  const confidence = 1 - Math.exp(-weight / CONFIDENCE_SCALE);
  const share = ledger.get('device_hints')?.last.code === 'virtual_camera' ? VIRTUAL_CAMERA_SHARE : 1;
  return share * (certain ? confidence : Math.min(PASSIVE_CONFIDENCE, confidence));
}

function statusOf(
  ledger: Ledger,
  nowMs: number,
  { risk, confidence, verified }: { risk: number; confidence: number; verified: boolean },
): Fusion['status'] {
  if (confidence < CONFIDENT_FROM) return 'undetermined';
  if (risk >= RISK_FROM) return 'risk';
  const mayBeSafe = (verified || wasSeenLive(ledger, nowMs)) && !barsSafe(ledger, nowMs);
  return risk <= SAFE_UP_TO && mayBeSafe ? 'safe' : 'undetermined';
}

/**
 * An unchanged face is no evidence of a live one: a frozen picture's is the most unchanged of all. And a live stream
 * without anybody in it says nothing of anybody. So `safe` needs both, lately seen: a live stream, and a face.
 */
function wasSeenLive(ledger: Ledger, nowMs: number): boolean {
  return (['stream_integrity', 'face_presence'] as const).every((analyzer) => {
    const newest = ledger.get(analyzer)?.newest;
    return newest?.llr === 0 && shareLeft(analyzer, newest, nowMs) >= 0.5;
  });
}

function barsSafe(ledger: Ledger, nowMs: number): boolean {
  for (const [analyzer, { finding }] of ledger) {
    if (!finding || nowMs - finding.toMs >= UNSAFE_AFTER_FINDING_MS) continue;
    if (finding.code === 'face_changed' || (CHALLENGES.has(analyzer) && finding.code === 'failed')) return true;
  }
  return false;
}

function termOf(analyzer: AnalyzerName, remembered: Remembered, nowMs: number): number {
  const used = strongest(analyzer, remembered, nowMs);
  return used ? weightOf(analyzer, used.evidence) * used.share : 0;
}

/** An analyzer's newest word, or its fading finding where that weighs more against the person. Terms never add up. */
function strongest(
  analyzer: AnalyzerName,
  { newest, finding }: Remembered,
  nowMs: number,
): { evidence: Evidence; share: number } | null {
  const candidates = [newest, finding].flatMap((evidence) =>
    evidence ? [{ evidence, share: shareLeft(analyzer, evidence, nowMs) }] : [],
  );
  return candidates.reduce<(typeof candidates)[number] | null>((best, next) => {
    if (!best) return next;
    const gain = weightOf(analyzer, next.evidence) * next.share - weightOf(analyzer, best.evidence) * best.share;
    return gain > 0 ? next : best;
  }, null);
}

function weightOf(analyzer: AnalyzerName, { llr, quality }: Evidence): number {
  const bounds = BOUNDS[analyzer];
  return quality * Math.min(bounds.against, Math.max(-bounds.for, llr));
}

/** What is left of evidence by its age: 1 when it is new, then half after each half-life. */
function shareLeft(analyzer: AnalyzerName, { toMs }: Evidence, nowMs: number): number {
  const halfLifeMs = CHALLENGES.has(analyzer) ? CHALLENGE_HALF_LIFE_MS : HALF_LIFE_MS;
  return 2 ** (-Math.max(0, nowMs - toMs) / halfLifeMs);
}

function givesCertainty(analyzer: AnalyzerName, { code }: Evidence): boolean {
  if (analyzer === 'stream_integrity') return code === 'frozen' || code === 'looped';
  return CHALLENGES.has(analyzer) && (code === 'passed' || code === 'failed');
}

/** Findings below this share of their weight are no longer shown as such. */
const SHOWN_LOG_ODDS = 0.5;

function causesOf(ledger: Ledger, nowMs: number): Cause[] {
  return [...ledger].map(([analyzer, remembered]) => {
    const { finding, last } = remembered;
    const holds = finding && weightOf(analyzer, finding) * shareLeft(analyzer, finding, nowMs) > SHOWN_LOG_ODDS;
    return causeOf(holds ? finding : last);
  });
}

function causeOf({ analyzer, code, abstained }: Evidence): Cause {
  const cause = (outcome: Cause['outcome']): Cause => ({ analyzer, outcome, code });
  if (code === 'gathering') return cause('gathering');
  if (code === 'inconclusive') return cause('hint');
  if (abstained) return cause(code === 'face_covered' ? 'hint' : 'not_looked');
  if (code === 'ok') return cause('fine');
  if (code === 'passed') return cause('passed');
  if (code === 'several_faces' || code === 'unusual' || code === 'virtual_camera') return cause('hint');
  return cause('found');
}
