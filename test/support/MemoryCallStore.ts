import assert from 'node:assert/strict';
import type {
  AdoptedCall,
  CallDetails,
  CallEnd,
  CallMemory,
  CallRecord,
  CallStore,
  NewCall,
  NewParticipant,
} from '../../src/calls/CallStore.ts';
import type { WrittenMessage } from '../../src/calls/ChatLog.ts';
import type { Person } from '../../src/protocol/signaling.ts';

interface Stay extends NewParticipant {
  leftAt: Date | null;
}

interface Row extends CallRecord {
  members: Set<string>;
  stays: Stay[];
  messages: WrittenMessage[];
}

const runs = (row: CallRecord): boolean => row.status === 'ringing' || row.status === 'active';

/**
 * The record of calls in memory, with the rules that the database keeps by constraints; for tests that run too many
 * calls for a database. `test/integration/db` proves that the real one does the same.
 */
export class MemoryCallStore implements CallStore {
  readonly rows = new Map<string, Row>();
  readonly #people: ReadonlyMap<string, Person>;

  constructor(people: readonly Person[]) {
    this.#people = new Map(people.map((person) => [person.id, person]));
  }

  async create(call: NewCall): Promise<void> {
    const { callerId, calleeId, nodeId: _node, bootId: _boot, ...rest } = call;
    assert(!this.rows.has(call.id), 'a call is created once');
    this.rows.set(call.id, {
      ...rest,
      caller: this.#person(callerId),
      callee: calleeId === null ? null : this.#person(calleeId),
      locked: false,
      startTime: null,
      endTime: null,
      durationS: 0,
      endReason: null,
      participantCount: 0,
      securityStatus: null,
      members: new Set([callerId, ...(calleeId === null ? [] : [calleeId])]),
      stays: [],
      messages: [],
    });
  }

  async begin(callId: string, startTime: Date): Promise<boolean> {
    const row = this.#row(callId);
    if (!runs(row) || row.startTime !== null) return false;
    row.status = 'active';
    row.startTime = later(startTime, row.createdAt);
    return true;
  }

  async end(callId: string, end: CallEnd): Promise<boolean> {
    const row = this.#row(callId);
    if (!runs(row)) return false;
    const at = later(end.endTime, row.startTime ?? row.createdAt);
    row.status = end.status;
    row.endReason = end.reason;
    row.endTime = at;
    row.durationS = row.startTime ? Math.floor((at.getTime() - row.startTime.getTime()) / 1000) : 0;
    for (const stay of row.stays) stay.leftAt ??= later(at, stay.joinedAt);
    return true;
  }

  async becomeMeeting(callId: string): Promise<void> {
    this.#row(callId).callee = null;
  }

  async setLocked(callId: string, locked: boolean): Promise<void> {
    this.#row(callId).locked = locked;
  }

  async participantJoined(participant: NewParticipant): Promise<void> {
    const row = this.#row(participant.callId);
    if (row.stays.some(({ peerId }) => peerId === participant.peerId)) return;
    row.members.add(participant.userId);
    row.stays.push({ ...participant, leftAt: null });
    row.participantCount = new Set(row.stays.map(({ userId }) => userId)).size;
  }

  async participantLeft(peerId: string, at: Date): Promise<void> {
    for (const row of this.rows.values()) {
      for (const stay of row.stays) if (stay.peerId === peerId) stay.leftAt ??= later(at, stay.joinedAt);
    }
  }

  async touch(): Promise<void> {
    // Signs of life matter after a crash only.
  }

  async adopt(): Promise<AdoptedCall[]> {
    return [];
  }

  async find(key: { callId: string } | { roomId: string }): Promise<CallRecord | null> {
    if ('callId' in key) return this.rows.get(key.callId) ?? null;
    return [...this.rows.values()].find(({ roomId }) => roomId === key.roomId) ?? null;
  }

  async active(userId: string): Promise<CallRecord[]> {
    return [...this.rows.values()].filter((row) => runs(row) && row.members.has(userId));
  }

  async history(userId: string): Promise<{ calls: CallRecord[]; nextCursor: null }> {
    return { calls: [...this.rows.values()].filter((row) => !runs(row) && row.members.has(userId)), nextCursor: null };
  }

  async details(callId: string, userId: string): Promise<CallDetails | null> {
    const row = this.rows.get(callId);
    if (!row?.members.has(userId)) return null;
    const participants = row.stays.map(({ userId: id, role, joinedAt, leftAt }) => {
      return { user: this.#person(id), role, joinedAt, leftAt };
    });
    return { call: row, participants, security: [], quality: [], chat: [] };
  }

  async saveQuality(): Promise<void> {
    // Nobody asks for it here.
  }

  async saveMessage(callId: string, message: WrittenMessage): Promise<void> {
    this.#row(callId).messages.push(message);
  }

  async memory(callId: string): Promise<CallMemory> {
    const { stays, messages } = this.#row(callId);
    return { people: [...new Set(stays.map(({ userId }) => userId))], messages };
  }

  /** What is wrong with the record now; empty when it keeps its rules. */
  faults(): string[] {
    return [...this.rows.values()].flatMap((row) => {
      const { status, startTime, endTime, durationS, endReason, createdAt, stays } = row;
      const found: string[] = [];
      const rule = (kept: boolean, what: string): void => {
        if (!kept) found.push(`${what} (call ${row.id}, ${status})`);
      };
      rule(runs(row) === (endTime === null), 'a call that is over has an end, and no other has');
      rule(endTime === null || endTime >= (startTime ?? createdAt), 'an end is not before the start');
      rule(endTime === null || endReason !== null, 'a call that is over has a reason');
      rule(durationS >= 0, 'no duration is negative');
      rule(startTime !== null || durationS === 0, 'what was never answered lasted no time');
      rule(startTime !== null || stays.length === 0, 'nobody takes part in what never began');
      rule(
        stays.every(({ joinedAt, leftAt }) => leftAt === null || leftAt >= joinedAt),
        'nobody leaves before he joins',
      );
      rule(runs(row) || stays.every(({ leftAt }) => leftAt !== null), 'nobody is left in a call that is over');
      rule(
        stays.every(({ joinedAt }) => startTime !== null && joinedAt >= startTime),
        'nobody joins before the start',
      );
      return found;
    });
  }

  #person(id: string): Person {
    return this.#people.get(id) ?? { id, username: '', fullName: 'Guest' };
  }

  #row(callId: string): Row {
    const row = this.rows.get(callId);
    assert(row, 'there is no such call');
    return row;
  }
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
