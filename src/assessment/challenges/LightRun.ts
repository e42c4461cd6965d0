import { randomInt } from 'node:crypto';
import type { ChallengeReason } from '../../protocol/challenge.ts';
import { drawSlots, panelOf, type Slot, type Strength } from './lightCode.ts';
import type { Code } from './lightResponse.ts';
import { followsAlready, judgeLight, type EarlierCode, type LightEvidence, type LightVerdict } from './lightVerdict.ts';
import type { Run, TimedGlimpse, Verdict } from './Run.ts';

const VERSION = 'light-1';
const MAX_MS = 20_000;
/** Slots last about a second, never the same: at most 1.2 changes a second, where WCAG 2.3.1 allows three. */
const MIN_SLOT_MS = 850;
const MAX_SLOT_MS = 1150;
const SLOTS = Math.ceil(MAX_MS / MIN_SLOT_MS);
const DECOYS = 300;
/** The statistic costs milliseconds: once a second is enough. */
const JUDGE_EVERY_MS = 950;
/** Light still on its way when the last slot ends. */
const TAIL_MS = 900;

/** A run that could not tell, kept for the one retry, whose evidence is added to it. */
export interface FirstRun {
  evidence: LightEvidence;
  decoys: readonly Code[];
}

/** The light check: a secret sequence of colours, and whether the face follows it (DETECTION section 4). */
export class LightRun implements Run {
  readonly maxMs = MAX_MS;
  readonly strength: Strength;
  readonly #slots: Slot[];
  readonly #decoys: Code[];
  readonly #first: FirstRun | null;
  readonly #earlier: readonly EarlierCode[];
  readonly #shownAtMs: number[] = [];
  readonly #glimpses: TimedGlimpse[] = [];
  #sent = 0;
  #sentMs = 0;
  #judgedAtMs = 0;
  #verdict: LightVerdict | null = null;

  /**
   * @param first - The run before, whose evidence counts as well; colours are stronger then.
   * @param earlier - Codes of earlier checks, whose recorded answer may be played back.
   */
  constructor({ first, earlier }: { first: FirstRun | null; earlier: readonly EarlierCode[] }) {
    this.#first = first;
    this.#earlier = earlier;
    this.strength = first ? 'strong' : 'soft';
    this.#slots = drawSlots(SLOTS);
    const decoys = Array.from({ length: DECOYS }, () => drawSlots(SLOTS));
    this.#decoys = decoys.map((slots, i) => (first ? [...first.decoys[i]!, slots] : [slots]));
  }

  next(): ReturnType<Run['next']> {
    const slot = this.#slots[this.#sent];
    if (!slot || this.#sentMs >= MAX_MS - TAIL_MS) return null;
    this.#sent++;
    const forMs = randomInt(MIN_SLOT_MS, MAX_SLOT_MS);
    this.#sentMs += forMs;
    return { show: { kind: 'light', ...panelOf(slot, this.strength) }, forMs };
  }

  shown(atMs: number): void {
    this.#shownAtMs.push(Math.max(atMs, this.#shownAtMs.at(-1) ?? 0));
  }

  see(glimpse: TimedGlimpse): ReturnType<Run['see']> {
    this.#glimpses.push(glimpse);
    if (glimpse.atMs - this.#judgedAtMs < JUDGE_EVERY_MS) return 'go_on';
    this.#judgedAtMs = glimpse.atMs;
    this.#verdict = followsAlready(this.#runs, this.#decoys);
    return this.#verdict ? 'done' : 'go_on';
  }

  judge(): Verdict {
    const verdict = this.#verdict ?? judgeLight(this.#runs, this.#decoys, this.#earlier);
    const { outcome, reason, details } = verdict;
    return { result: outcome, reason: reason satisfies ChallengeReason, llr: LLR[outcome], version: VERSION, details };
  }

  /** This run, for a retry that adds to it. */
  get asFirst(): FirstRun {
    return { evidence: this.#evidence, decoys: this.#decoys.map((code) => [code.at(-1)!]) };
  }

  /** What was shown, for recognising its recorded answer later. */
  get asEarlier(): EarlierCode {
    const startMs = this.#shownAtMs[0] ?? 0;
    return { slots: this.#evidence.slots, shownAfterMs: this.#shownAtMs.map((atMs) => atMs - startMs) };
  }

  get #evidence(): LightEvidence {
    const slots = this.#slots.slice(0, this.#shownAtMs.length);
    return { slots, shownAtMs: this.#shownAtMs, glimpses: this.#glimpses };
  }

  get #runs(): LightEvidence[] {
    return this.#first ? [this.#first.evidence, this.#evidence] : [this.#evidence];
  }
}

/** DETECTION section 6; the fusion bounds them once more. */
const LLR = { passed: -2.5, failed: 5, inconclusive: 0 } as const;
