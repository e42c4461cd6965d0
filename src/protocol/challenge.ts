import { z } from 'zod';
import { objectId } from './values.ts';

/** Active checks: what a participant is asked to do, and how it ended; the rules are in `assessment/challenges/`. */

/** `light`: the screen shows a secret sequence of colours. `movement`: the person follows instructions. */
export const challengeKind = z.enum(['light', 'movement']);
export type ChallengeKind = z.infer<typeof challengeKind>;

/** Why there is one: the person's own wish, a host's request, or the server's policy. */
export const challengeOrigin = z.enum(['self', 'host', 'policy']);
export type ChallengeOrigin = z.infer<typeof challengeOrigin>;

/** `inconclusive` never counts against anybody; `not_done` was refused, stopped, or not begun in time. */
export const challengeResult = z.enum(['passed', 'failed', 'inconclusive', 'not_done']);
export type ChallengeResult = z.infer<typeof challengeResult>;

/** What was seen, as a code that the page translates. */
export const challengeReason = z.enum([
  'followed',
  'face_unlit',
  'too_late',
  'replayed',
  'unlit',
  'no_face',
  'not_seen',
  'wrong_movement',
  'refused',
  'expired',
  'interrupted',
]);
export type ChallengeReason = z.infer<typeof challengeReason>;

/** Sides are those of the person. */
export const movement = z.enum(['turn_left', 'turn_right', 'open_mouth', 'close_eyes']);
export type Movement = z.infer<typeof movement>;

const colour = z.string().regex(/^#[0-9a-f]{6}$/);

/** What to show now: colours of the panel's halves, exactly as they are, or an instruction. */
export const challengeShow = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('light'), left: colour, right: colour }),
  z.strictObject({ kind: z.literal('movement'), movement }),
]);
export type ChallengeShow = z.infer<typeof challengeShow>;

/** A challenge as everybody in the call hears of it. What it asks for goes to the person alone. */
export const challengeInfo = z.strictObject({
  challengeId: objectId,
  peerId: objectId,
  kind: challengeKind,
  origin: challengeOrigin,
  /** Who asked for it; null for the person's own wish and for the policy. */
  requestedBy: objectId.nullable(),
  phase: z.enum(['invited', 'running']),
  /** Until an invitation expires, or a running one ends at the latest. */
  remainingMs: z.int().min(0),
});
export type ChallengeInfo = z.infer<typeof challengeInfo>;

export const challengeStep = z.strictObject({
  challengeId: objectId,
  /** Counted from 0. */
  step: z.int().min(0).max(1000),
  show: challengeShow,
  remainingMs: z.int().min(0),
});
export type ChallengeStep = z.infer<typeof challengeStep>;

export const challengeEnd = z.strictObject({
  challengeId: objectId,
  peerId: objectId,
  kind: challengeKind,
  result: challengeResult,
  reason: challengeReason,
  /** Whether the person may try again. */
  retry: z.boolean(),
});
export type ChallengeEnd = z.infer<typeof challengeEnd>;
