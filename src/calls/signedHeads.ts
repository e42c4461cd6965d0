import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, chain, type ChainedEntry } from './policyChain.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** That an entry of a call's log stood at its place, signed (Ed25519). `previous` is the SHA-256 of the line before. */
const signedHead = z.strictObject({
  call_id: z.uuid(),
  seq: z.int().min(1),
  hash: sha256,
  at: z.iso.datetime(),
  previous: sha256.nullable(),
  signature: z.string().max(128),
});
type SignedHead = z.infer<typeof signedHead>;

/** A place in a call's log that is to be signed. */
export type Head = Pick<ChainedEntry, 'callId' | 'seq' | 'hash'>;

/** One line of the file of heads. @param previous - `digestOf` the line before; null for the first. */
export function signedLine({ callId, seq, hash }: Head, previous: string | null, key: KeyObject): string {
  const head = { call_id: callId, seq, hash: hash.toString('hex'), at: new Date().toISOString(), previous };
  const signature = sign(null, Buffer.from(canonicalJson(head)), key).toString('base64');
  return canonicalJson({ ...head, signature });
}

export function digestOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/** What is wrong with a log, and the first entry (or line of heads) of which it is. */
export interface LogFault {
  callId: string | null;
  seq: number;
  what: 'changed' | 'missing' | 'not signed' | 'other than signed' | 'heads file';
}

export interface CheckedHeads {
  /** Call -> seq -> hash, as first signed, of the lines up to the first bad one. */
  heads: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** A line that is not what was written, or places that were signed twice with different entries. */
  faults: LogFault[];
}

/** Checks the signatures of the heads and the chain that they form themselves, so that no line can be taken out. */
export function checkHeads(lines: readonly string[], publicKey: KeyObject): CheckedHeads {
  const heads = new Map<string, Map<number, string>>();
  const faults: LogFault[] = [];
  let previous: string | null = null;
  for (const [i, line] of lines.entries()) {
    const head = readHead(line);
    const stop = (callId: string | null): CheckedHeads => ({
      heads,
      faults: [...faults, { callId, seq: i + 1, what: 'heads file' }],
    });
    if (!head) return stop(null);
    if (head.previous !== previous || !isSigned(head, publicKey)) return stop(head.call_id);
    previous = digestOf(line);
    const ofCall = heads.get(head.call_id) ?? new Map<number, string>();
    heads.set(head.call_id, ofCall);
    const before = ofCall.get(head.seq);
    if (before === undefined) ofCall.set(head.seq, head.hash);
    // An end that was cut off, after which the server wrote on.
    else if (before !== head.hash) faults.push({ callId: head.call_id, seq: head.seq, what: 'other than signed' });
  }
  return { heads, faults };
}

/**
 * Checks one call's log against itself and against its signed heads. An entry without a signature of its own is vouched
 * for by a later one, whose hash depends on it.
 *
 * @param log - In the order of `seq`; of one call.
 * @param heads - seq -> hash.
 * @returns The first bad entry.
 */
export function firstFault(
  log: readonly ChainedEntry[],
  heads: ReadonlyMap<number, string>,
): Omit<LogFault, 'callId'> | null {
  const lastSigned = Math.max(0, ...heads.keys());
  const last = Math.max(log.at(-1)?.seq ?? 0, lastSigned);
  const bySeq = new Map(log.map((entry) => [entry.seq, entry]));
  let before: ChainedEntry | null = null;
  for (let seq = 1; seq <= last; seq++) {
    const entry = bySeq.get(seq);
    if (!entry) return { seq, what: 'missing' };
    const expected: ChainedEntry = chain(entry.callId, entry, before);
    if (!entry.prevHash.equals(expected.prevHash) || !entry.hash.equals(expected.hash)) return { seq, what: 'changed' };
    const signed = heads.get(seq);
    if (signed !== undefined && signed !== entry.hash.toString('hex')) return { seq, what: 'other than signed' };
    before = entry;
  }
  return last > lastSigned ? { seq: lastSigned + 1, what: 'not signed' } : null;
}

function readHead(line: string): SignedHead | null {
  try {
    return signedHead.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function isSigned({ signature, ...head }: SignedHead, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(canonicalJson(head)), publicKey, Buffer.from(signature, 'base64'));
}
