import { createHash } from 'node:crypto';

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One entry of a call's policy log, before it has its place in the chain. */
export interface PolicyEntry {
  /** Names the entry for ever: appending it twice writes it once. */
  actionId: string;
  at: Date;
  /** `verdict`: what a check found; `action`: what was done; `override`: an action that takes another one back. */
  kind: 'verdict' | 'action' | 'override' | 'appeal';
  /** Such as `pauseVideo`; at most 64 letters. */
  action: string;
  /** Whose decision it was; null: the server's own. */
  actorId: string | null;
  /** Whom it is about: the stay in the call, and the user, whom it follows into later stays. */
  subjectPeerId: string | null;
  subjectUserId: string | null;
  /** Whatever explains it: reason, thresholds, hashes of models. No pictures, no names. */
  details: Readonly<Record<string, Json>>;
}

/** An entry in its place. */
export interface ChainedEntry extends PolicyEntry {
  callId: string;
  /** From 1, without a gap. */
  seq: number;
  prevHash: Buffer;
  hash: Buffer;
}

/** What the first entry of a call follows. */
export const chainStart = Buffer.alloc(32);

/** Puts an entry behind another one: `hash` = SHA-256(`prevHash` || canonical JSON of all else). */
export function chain(
  callId: string,
  entry: PolicyEntry,
  last: Pick<ChainedEntry, 'seq' | 'hash'> | null,
): ChainedEntry {
  const seq = (last?.seq ?? 0) + 1;
  const prevHash = last?.hash ?? chainStart;
  return { ...entry, callId, seq, prevHash, hash: hashOf(callId, seq, entry, prevHash) };
}

/**
 * Checks a call's log. A shortened end is not found by this alone: that takes a head that was kept elsewhere.
 *
 * @param entries - In the order of `seq`.
 * @returns The `seq` of the first entry that is not what was written, or null.
 */
export function firstBroken(entries: readonly ChainedEntry[]): number | null {
  let last: ChainedEntry | null = null;
  for (const entry of entries) {
    const expected: ChainedEntry = chain(entry.callId, entry, last);
    const fits = entry.seq === expected.seq && entry.prevHash.equals(expected.prevHash);
    const sameCall = last === null || last.callId === entry.callId;
    if (!fits || !sameCall || !entry.hash.equals(expected.hash)) return expected.seq;
    last = entry;
  }
  return null;
}

function hashOf(callId: string, seq: number, entry: PolicyEntry, prevHash: Buffer): Buffer {
  const { actionId, at, kind, action, actorId, subjectPeerId, subjectUserId, details } = entry;
  const content = { call_id: callId, seq, action_id: actionId, at: at.toISOString(), kind, action, details };
  const people = { actor: actorId, subject_peer: subjectPeerId, subject_user: subjectUserId };
  return createHash('sha256')
    .update(prevHash)
    .update(canonicalJson({ ...content, ...people }))
    .digest();
}

/**
 * JSON of which a value has exactly one (RFC 8785): no blanks, keys in the order of their UTF-16 code units, numbers and
 * strings as ECMAScript writes them.
 *
 * @throws TypeError for what JSON does not know, such as NaN or a lone surrogate.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('a number that JSON does not know');
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('a lone surrogate');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${canonicalJson(key)}:${canonicalJson(field)}`).join(',')}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
