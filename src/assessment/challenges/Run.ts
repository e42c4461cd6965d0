import type { Glimpse as Seen } from '../../analysis/protocol.ts';
import type { Evidence } from '../../analysis/protocol.ts';
import type { ChallengeReason, ChallengeResult, ChallengeShow } from '../../protocol/challenge.ts';

/** What a key frame says, and when it arrived (epoch, milliseconds). */
export type TimedGlimpse = Seen & { atMs: number };

export interface Verdict {
  result: Exclude<ChallengeResult, 'not_done'>;
  reason: ChallengeReason;
  /** For the fusion. */
  llr: number;
  version: string;
  details: Evidence['details'];
}

/** What one kind of challenge shows and how it judges the answer; `Challenge` keeps the time and talks to the page. */
export interface Run {
  /** Longest duration; milliseconds. */
  readonly maxMs: number;
  /** What to show next, and for how long at most; null when there is nothing more. */
  next(): { show: ChallengeShow; forMs: number } | null;
  /** What `next` gave last is on the screen since this moment; epoch, milliseconds. */
  shown(atMs: number): void;
  /** A key frame was looked at. `done`: nothing more needs to be shown. `next`: the present step is fulfilled. */
  see(glimpse: TimedGlimpse): 'go_on' | 'next' | 'done';
  judge(): Verdict;
}
