import type { Assessment } from '../../../src/protocol/assessment.ts';
import { settle, viewAt, type AssessmentView, type Received, type Shown, type ViewPolicy } from './assessments.ts';
import type { Look } from './callState.ts';

const keepLooksMs = 10 * 60_000;

/** What was heard of everybody's pictures, and what the page shows of it as time passes. Time comes in as an argument. */
export class AssessmentBoard {
  readonly #received = new Map<string, Received>();
  readonly #shown = new Map<string, Shown>();
  readonly #looks = new Map<string, Look[]>();

  receive(peerId: string, assessment: Assessment, nowMs: number): void {
    this.#received.set(peerId, { assessment, receivedAtMs: nowMs });
    const { status, risk, confidence } = assessment;
    const looks = (this.#looks.get(peerId) ?? []).filter(({ atMs }) => nowMs - atMs < keepLooksMs);
    this.#looks.set(peerId, [...looks, { atMs: nowMs, status, risk, confidence }]);
  }

  remove(peerId: string): void {
    this.#received.delete(peerId);
    this.#shown.delete(peerId);
    this.#looks.delete(peerId);
  }

  views(
    peerIds: readonly string[],
    policy: ViewPolicy,
    isReachable: (peerId: string) => boolean,
    nowMs: number,
  ): Record<string, AssessmentView> {
    const views = peerIds.map((peerId): [string, AssessmentView] => {
      const next = viewAt(this.#received.get(peerId), policy, isReachable(peerId), nowMs);
      const shown = settle(this.#shown.get(peerId), next, nowMs);
      this.#shown.set(peerId, shown);
      return [peerId, shown.view];
    });
    return Object.fromEntries(views);
  }

  get looks(): Record<string, readonly Look[]> {
    return Object.fromEntries(this.#looks);
  }
}
