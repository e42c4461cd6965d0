import { createHash } from 'node:crypto';
import type { AssessmentResult, SubjectIdentity } from './assessment/types.ts';
import type { Step } from './assessment/policy.ts';
import { canonicalJson, type Json } from './calls/policyChain.ts';
import { newEntry, type PolicyLog } from './calls/PolicyLog.ts';
import type { Logger } from './logger.ts';
import type { ChallengeEnd } from './protocol/challenge.ts';

/** People whose last verdict is known; of one who is forgotten the next verdict is written though it may be the same. */
const PEOPLE_KEPT = 4096;

/**
 * Puts verdicts into the calls' logs, beside what was done: each change of what is said of somebody, each end of an active
 * check, each step of the policy, taken or not. An entry names the digest of the basis that is kept with the assessment,
 * so that neither can be changed later without the other. Nobody waits for it.
 */
export class VerdictLog {
  readonly #log: PolicyLog;
  readonly #logger: Logger;
  readonly #last = new Map<string, string>();
  readonly #appending = new Set<Promise<void>>();
  #closed = false;

  constructor(log: PolicyLog, logger: Logger) {
    this.#log = log;
    this.#logger = logger;
  }

  /** Writes what is said of a person if it is another verdict than before. */
  noteAssessment(result: AssessmentResult): void {
    const { assessment, detail, peerId, atMs } = result;
    const { status, assurance, reason, risk, confidence, causes } = assessment;
    if (reason === 'waiting') return;
    const verdict = JSON.stringify([status, assurance, reason]);
    if (this.#last.get(peerId) === verdict) return;
    this.#remember(peerId, verdict);
    const found = causes
      .filter(({ outcome }) => outcome === 'found')
      .map(({ analyzer, code }) => `${analyzer} ${code}`);
    const said = { status, assurance, reason, risk, confidence, found, basis: basisDigest(detail.basis) };
    this.#append(result, 'assessment', said, new Date(atMs));
  }

  noteChallenge(subject: SubjectIdentity, { challengeId, kind, result, reason }: ChallengeEnd): void {
    this.#append(subject, 'challenge', { challenge: challengeId, kind, result, reason });
  }

  /** @param taken - Whether it was done, and not only written down. */
  noteStep(subject: SubjectIdentity, { measure, reason }: Step, taken: boolean): void {
    this.#append(subject, 'policyStep', { measure, reason, taken });
  }

  /** Waits for what is being written. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#appending);
  }

  #remember(peerId: string, verdict: string): void {
    this.#last.delete(peerId);
    this.#last.set(peerId, verdict);
    const [oldest] = this.#last.keys();
    if (this.#last.size > PEOPLE_KEPT && oldest !== undefined) this.#last.delete(oldest);
  }

  #append(
    { callId, peerId, userId }: SubjectIdentity,
    action: string,
    details: Readonly<Record<string, Json>>,
    at = new Date(),
  ): void {
    if (this.#closed) return;
    const entry = newEntry({ kind: 'verdict', action, subjectPeerId: peerId, subjectUserId: userId, details });
    const appending = this.#log
      .append(callId, { ...entry, at })
      .catch((error: unknown) => this.#logger.error({ err: error, callId, peerId }, 'a verdict was not logged'))
      .finally(() => this.#appending.delete(appending));
    this.#appending.add(appending);
  }
}

/** SHA-256 over the canonical JSON of what an assessment was computed from. */
export function basisDigest(basis: unknown): string {
  // Once through JSON, as it is kept: what JSON leaves out is no part of it.
  const json = JSON.parse(JSON.stringify(basis)) as Json;
  return createHash('sha256').update(canonicalJson(json)).digest('hex');
}
