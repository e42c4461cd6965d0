import { z } from 'zod';
import { evidence, type Looked } from '../analysis/protocol.ts';
import { unscoredReason, type UnscoredReason } from '../protocol/assessment.ts';
import type { Ledger, Remembered } from './ledger.ts';
import { fuse, FUSION_RULES, termsOf, type Fusion, type Term } from './risk.ts';

/**
 * Everything that a verdict depended on, kept with it, so that it can be explained and computed again years later: what
 * each analyzer had said and when, in full precision, of which picture, by which models, under which settings and rules.
 * Numbers and digests only: no picture and nothing of a face.
 */
export const basis = z.strictObject({
  form: z.literal(1),
  /** The moment for which it was computed; epoch, milliseconds. Evidence fades by it. */
  nowMs: z.int(),
  verified: z.boolean(),
  /** Why nothing was scored; null when it was. */
  reason: unscoredReason.nullable(),
  /** What is remembered of each analyzer, as places in `evidence`. */
  ledger: z.array(z.strictObject({ newest: z.int().nullable(), finding: z.int().nullable(), last: z.int() })).max(16),
  evidence: z.array(evidence).max(48),
  /** The newest key frame that was looked at: when it came, what it was, and SHA-256 of its bytes. */
  input: z
    .strictObject({
      atMs: z.int(),
      sha256: z.string().nullable(),
      bytes: z.int(),
      width: z.int(),
      height: z.int(),
      quantizerIndex: z.int(),
    })
    .nullable(),
  /** Model -> beginning of its file's SHA-256. */
  models: z.record(z.string(), z.string()),
  /** SHA-256 of the settings that the analysis ran under, catalog and calibrations included. */
  settings: z.string(),
  /** SHA-256 of the fusion's weights, bounds and times. */
  rules: z.string(),
});
export type Basis = z.infer<typeof basis>;

export interface BasisFacts {
  ledger: Ledger;
  nowMs: number;
  verified: boolean;
  reason: UnscoredReason | null;
  last: Looked | null;
  settings: string;
}

export function basisOf({ ledger, nowMs, verified, reason, last, settings }: BasisFacts): Basis {
  const said: Basis['evidence'] = [];
  const placeOf = (item: Remembered['newest']): number | null => {
    if (!item) return null;
    if (!said.includes(item)) said.push(item);
    return said.indexOf(item);
  };
  const remembered = [...ledger.values()].map((entry) => ({
    newest: placeOf(entry.newest),
    finding: placeOf(entry.finding),
    last: placeOf(entry.last)!,
  }));
  return {
    form: 1,
    nowMs,
    verified,
    reason,
    ledger: remembered,
    evidence: said,
    input: last && { atMs: last.atMs, ...last.frame },
    models: last?.modelVersions ?? {},
    settings,
    rules: FUSION_RULES,
  };
}

/** What was remembered when the verdict was made. @throws When the basis contradicts itself. */
export function ledgerOf({ ledger, evidence: said }: Basis): Ledger {
  const at = (place: number | null) => {
    if (place === null) return null;
    const item = said[place];
    if (!item) throw new Error('the basis names evidence that it does not hold');
    return item;
  };
  return new Map(
    ledger.map(({ newest, finding, last }) => {
      const word = at(last)!;
      return [word.analyzer, { newest: at(newest), finding: at(finding), last: word }];
    }),
  );
}

export interface Stored {
  status: string;
  assurance: string;
  reason: string | null;
  risk: number | null;
  confidence: number | null;
}

export interface Recomputed {
  fusion: Fusion;
  terms: Term[];
  /** The rules are still those of then; otherwise another result is no surprise. */
  sameRules: boolean;
  /** What differs from what was stored; empty when the verdict is confirmed. */
  differences: string[];
}

/** Computes a past verdict again, with the rules of today. */
export function recompute(known: Basis, stored: Stored): Recomputed {
  const ledger = ledgerOf(known);
  const fusion = fuse(ledger, known.nowMs, known.verified);
  const sameRules = known.rules === FUSION_RULES;
  const differences: string[] = [];
  const compare = (what: string, was: unknown, is: unknown): void => {
    const near = typeof was === 'number' && typeof is === 'number' && Math.abs(was - is) < 1e-9;
    if (was !== is && !near) differences.push(`${what}: stored ${String(was)}, computed ${String(is)}`);
  };
  compare('reason', stored.reason, known.reason);
  if (known.reason === null) {
    for (const key of ['status', 'assurance', 'risk', 'confidence'] as const) compare(key, stored[key], fusion[key]);
  } else compare('status', stored.status, 'unscored');
  return { fusion, terms: termsOf(ledger, known.nowMs), sameRules, differences };
}
