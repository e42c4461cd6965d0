import { z } from 'zod';
import { callStatus, consent, endReason, peerRole } from '../protocol/values.ts';
import type { CallStore } from './CallStore.ts';

const at = z.coerce.date();

/**
 * What happens to a call's record, as data, so that it can be kept in a file while the database is away. Each may be
 * applied again without harm: the second time changes nothing.
 */
export const recordChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('begin'), callId: z.uuid(), startTime: at }),
  z.strictObject({
    kind: z.literal('joined'),
    participant: z.strictObject({
      callId: z.uuid(),
      userId: z.uuid(),
      peerId: z.string(),
      role: peerRole,
      joinedAt: at,
      consent: consent.nullable(),
    }),
  }),
  z.strictObject({ kind: z.literal('left'), peerId: z.string(), at }),
  z.strictObject({
    kind: z.literal('end'),
    callId: z.uuid(),
    end: z.strictObject({
      status: callStatus.extract(['ended', 'missed', 'declined', 'failed']),
      endTime: at,
      reason: endReason,
    }),
  }),
]);
export type RecordChange = z.infer<typeof recordChange>;

/** Where changes are safe while the database is away. */
export interface RecordOutbox {
  /** Resolves once the change is on the disk. @returns what `remove` takes. */
  put(change: RecordChange): Promise<number>;
  /** The database has it now. */
  remove(id: number): Promise<void>;
  /** What waits, oldest first, by its number: at a start, what an earlier process left. */
  readonly waiting: ReadonlyMap<number, RecordChange>;
}

export async function applyChange(
  store: Pick<CallStore, 'begin' | 'participantJoined' | 'participantLeft' | 'end'>,
  change: RecordChange,
): Promise<void> {
  switch (change.kind) {
    case 'begin':
      await store.begin(change.callId, change.startTime);
      return;
    case 'joined':
      return store.participantJoined(change.participant);
    case 'left':
      return store.participantLeft(change.peerId, change.at);
    case 'end':
      await store.end(change.callId, change.end);
  }
}
