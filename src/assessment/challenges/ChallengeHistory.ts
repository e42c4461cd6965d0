import type { EarlierCode } from './lightVerdict.ts';

/** Challenges that one person may begin in a call within the window; passes are not counted. */
export const MAX_TRIES = 5;
const TRIES_WINDOW_MS = 600_000;
/** The last checks of a person, whose recorded answers would be of use to an attacker. */
const CODES_KEPT = 4;
/** People remembered; the one seen least recently is forgotten first. */
const PEOPLE_KEPT = 2000;

interface Past {
  /** Call -> when a try began; epoch, milliseconds. */
  tries: Map<string, number[]>;
  codes: EarlierCode[];
}

/**
 * What is remembered of a person across calls, so that neither leaving and coming back nor another call gives new tries,
 * and a recording of an earlier check is recognised. In memory only: colours and times, nothing of a face.
 */
export class ChallengeHistory {
  readonly #people = new Map<string, Past>();

  /** Milliseconds until another try is allowed; 0: now. */
  waitMs(person: string, callId: string, nowMs: number): number {
    const tries = this.#recent(person, callId, nowMs);
    const oldest = tries.at(-MAX_TRIES);
    return oldest === undefined ? 0 : Math.max(0, oldest + TRIES_WINDOW_MS - nowMs);
  }

  addTry(person: string, callId: string, nowMs: number): void {
    this.#of(person).tries.set(callId, [...this.#recent(person, callId, nowMs), nowMs]);
  }

  /** A passed challenge gives the tries back. */
  clearTries(person: string, callId: string): void {
    this.#of(person).tries.delete(callId);
  }

  addCode(person: string, code: EarlierCode): void {
    const past = this.#of(person);
    past.codes = [...past.codes, code].slice(-CODES_KEPT);
  }

  codesOf(person: string): readonly EarlierCode[] {
    return this.#people.get(person)?.codes ?? [];
  }

  #recent(person: string, callId: string, nowMs: number): number[] {
    const tries = this.#people.get(person)?.tries.get(callId) ?? [];
    return tries.filter((atMs) => nowMs - atMs < TRIES_WINDOW_MS);
  }

  #of(person: string): Past {
    const past = this.#people.get(person) ?? { tries: new Map<string, number[]>(), codes: [] };
    this.#people.delete(person);
    this.#people.set(person, past);
    const [oldest] = this.#people.keys();
    if (this.#people.size > PEOPLE_KEPT && oldest !== undefined) this.#people.delete(oldest);
    return past;
  }
}
