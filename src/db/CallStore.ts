import { z } from 'zod';
import type {
  AdoptedCall,
  CallDetails,
  CallEnd,
  CallMemory,
  CallRecord,
  CallStore,
  NewCall,
  NewParticipant,
  NewQualitySample,
} from '../calls/CallStore.ts';
import type { WrittenMessage } from '../calls/ChatLog.ts';
import { AppError } from '../errors.ts';
import type { PeerRole } from '../protocol/values.ts';
import { callColumns, callPeople, toAdoptedCall, toCallRecord, type CallRow } from './callRows.ts';
import { insertMessage, messagesOf } from './chatRows.ts';
import type { Database, Sql } from './Database.ts';
import type { News } from './News.ts';
import { scansOf } from './AssessmentStore.ts';

/** Messages in the answer to one who reads a call's record, and those that a running call remembers. */
const maxShownMessages = 2000;
const maxRememberedMessages = 200;

const open = `('ringing', 'active')`;

/** Calls in Postgres. */
export class PostgresCallStore implements CallStore {
  readonly #database: Database;
  readonly #news: News | null;

  /** @param news - Is told of beginnings and ends; null if nobody listens. */
  constructor(database: Database, news: News | null = null) {
    this.#database = database;
    this.#news = news;
  }

  async create(call: NewCall): Promise<void> {
    await this.#database.transaction(async (sql) => {
      const [row] = await sql.rows<{ id: number }>(
        `INSERT INTO calls (uuid, room_id, caller_id, callee_id, call_type, title, lobby, status, node_id,
           boot_id, created_at, last_seen_at)
         VALUES ($1, $2, (SELECT id FROM users WHERE uuid = $3), (SELECT id FROM users WHERE uuid = $4), $5, $6, $7,
           $8, $9, $10, $11, $11)
         RETURNING id`,
        [
          call.id,
          call.roomId,
          call.callerId,
          call.calleeId,
          call.callType,
          call.title,
          call.lobby,
          call.status,
          call.nodeId,
          call.bootId,
          call.createdAt,
        ],
      );
      if (!row) throw new Error('INSERT returned no row');
      await addMembers(sql, row.id, [call.callerId, ...(call.calleeId === null ? [] : [call.calleeId])]);
    });
  }

  async begin(callId: string, startTime: Date): Promise<boolean> {
    return this.#database.transaction(async (sql) => {
      const changed = await sql.run(
        `UPDATE calls SET status = 'active', start_time = GREATEST($2, created_at),
           last_seen_at = GREATEST($2, last_seen_at)
         WHERE uuid = $1 AND status IN ${open} AND start_time IS NULL`,
        [callId, startTime],
      );
      if (changed > 0) await this.#news?.callStarted(sql, callId);
      return changed > 0;
    });
  }

  async end(callId: string, end: CallEnd): Promise<boolean> {
    return this.#database.transaction(async (sql) => {
      const [row] = await sql.rows<{ id: number; end_time: Date }>(
        `UPDATE calls c SET status = $2, end_reason = $4, end_time = e.at,
           duration = COALESCE(floor(extract(epoch FROM e.at - c.start_time)), 0)
         FROM (SELECT uuid, GREATEST($3, COALESCE(start_time, created_at)) AS at FROM calls WHERE uuid = $1) e
         WHERE c.uuid = e.uuid AND c.status IN ${open}
         RETURNING c.id, c.end_time`,
        [callId, end.status, end.endTime, end.reason],
      );
      if (!row) return false;
      await sql.run(
        `UPDATE call_participants SET left_at = GREATEST(joined_at, $2)
         WHERE call_id = $1 AND peer_id IS NOT NULL AND left_at IS NULL`,
        [row.id, row.end_time],
      );
      await this.#news?.callEnded(sql, callId, end.status);
      return true;
    });
  }

  async becomeMeeting(callId: string): Promise<void> {
    await this.#database.run('UPDATE calls SET callee_id = NULL WHERE uuid = $1', [callId]);
  }

  async setLocked(callId: string, locked: boolean): Promise<void> {
    await this.#database.run('UPDATE calls SET locked = $2 WHERE uuid = $1', [callId, locked]);
  }

  async participantJoined(participant: NewParticipant): Promise<void> {
    const { callId, userId, peerId, role, joinedAt, consent } = participant;
    await this.#database.transaction(async (sql) => {
      // The lock lets an end that is under way come first, or makes it wait: it closes the stays that it finds. A stay
      // that is written after the end (the server was killed, or the database away, in between) is over already.
      const [call] = await sql.rows<{ id: number; end_time: Date | null }>(
        'SELECT id, end_time FROM calls WHERE uuid = $1 FOR SHARE',
        [callId],
      );
      if (!call) throw new Error('a participant needs a call');
      await (role === 'guest' ? addGuest(sql, call.id, userId, joinedAt) : addMembers(sql, call.id, [userId]));
      await sql.run(
        `INSERT INTO call_participants (call_id, user_id, guest_id, peer_id, role, joined_at, consent, left_at)
         VALUES ($1, (SELECT id FROM users WHERE uuid = $2), (SELECT id FROM guests WHERE uuid = $2), $3, $4, $5, $6,
           CASE WHEN $7::timestamptz IS NOT NULL THEN GREATEST($5, $7) END)
         ON CONFLICT (peer_id) DO NOTHING`,
        [call.id, userId, peerId, role, joinedAt, consent && JSON.stringify(consent), call.end_time],
      );
    });
  }

  async participantLeft(peerId: string, at: Date): Promise<void> {
    await this.#database.run(
      'UPDATE call_participants SET left_at = GREATEST(joined_at, $2) WHERE peer_id = $1 AND left_at IS NULL',
      [peerId, at],
    );
  }

  async touch(callIds: readonly string[], at: Date): Promise<void> {
    await this.#database.run(
      `UPDATE calls SET last_seen_at = $2 WHERE uuid = ANY($1::uuid[]) AND status IN ${open} AND last_seen_at < $2`,
      [callIds, at],
    );
  }

  async adopt(nodeId: string, bootId: string): Promise<AdoptedCall[]> {
    const rows = await this.#database.rows<CallRow>(
      `WITH c AS (
         UPDATE calls SET boot_id = $2 WHERE node_id = $1 AND boot_id <> $2 AND status IN ${open} RETURNING *
       )
       SELECT ${callColumns} FROM c ${callPeople} ORDER BY c.id`,
      [nodeId, bootId],
    );
    return rows.map(toAdoptedCall);
  }

  async find(key: { callId: string } | { roomId: string }): Promise<CallRecord | null> {
    const [condition, value] = 'callId' in key ? ['c.uuid = $1', key.callId] : ['c.room_id = $1', key.roomId];
    const [row] = await this.#database.rows<CallRow>(
      `SELECT ${callColumns} FROM calls c ${callPeople} WHERE ${condition} ORDER BY c.id DESC LIMIT 1`,
      [value],
    );
    return row ? toCallRecord(row) : null;
  }

  async active(userId: string): Promise<CallRecord[]> {
    const rows = await this.#database.rows<CallRow>(
      `SELECT ${callColumns} FROM calls c ${callPeople}
       JOIN call_participants m ON m.call_id = c.id AND m.peer_id IS NULL
       WHERE c.status IN ${open} AND m.user_id = (SELECT id FROM users WHERE uuid = $1) ORDER BY c.id DESC`,
      [userId],
    );
    return rows.map(toCallRecord);
  }

  async history(
    userId: string,
    limit: number,
    cursor?: string,
  ): Promise<{ calls: CallRecord[]; nextCursor: string | null }> {
    const before = cursor === undefined ? null : await this.#positionOf(cursor, userId);
    const rows = await this.#database.rows<CallRow>(
      `SELECT ${callColumns} FROM call_participants m JOIN calls c ON c.id = m.call_id ${callPeople}
       WHERE m.user_id = (SELECT id FROM users WHERE uuid = $1) AND m.peer_id IS NULL
         AND m.call_id < COALESCE($2, 2147483647) AND c.status NOT IN ${open}
       ORDER BY m.call_id DESC LIMIT $3`,
      [userId, before, limit + 1],
    );
    const calls = rows.slice(0, limit).map(toCallRecord);
    return { calls, nextCursor: rows.length > limit ? (calls.at(-1)?.id ?? null) : null };
  }

  async details(callId: string, userId: string): Promise<CallDetails | null> {
    const [row] = await this.#database.rows<CallRow & { id: number }>(
      `SELECT c.id, ${callColumns} FROM calls c ${callPeople}
       WHERE c.uuid = $1 AND EXISTS (
         SELECT 1 FROM call_participants m JOIN users u ON u.id = m.user_id WHERE m.call_id = c.id AND u.uuid = $2)`,
      [callId, userId],
    );
    if (!row) return null;
    const [participants, security, quality, chat] = await Promise.all([
      this.#participantsOf(row.id),
      scansOf(this.#database, row.id),
      this.#qualityOf(row.id, callId),
      this.#chatFor(userId, row.id),
    ]);
    return { call: toCallRecord(row), participants, security, quality, chat };
  }

  /** What was said after a host had removed somebody is not for him, unless he was let in again. */
  async #chatFor(userId: string, id: number): Promise<CallDetails['chat']> {
    const [removal] = await this.#database.rows<{ at: Date | null }>(
      `SELECT min(p.at) AS at FROM policy_actions p
       WHERE p.call_id = $1 AND p.action = 'ejectPeer' AND p.subject_user = $2 AND NOT EXISTS (
         SELECT 1 FROM policy_actions later
         WHERE later.call_id = p.call_id AND later.action = 'undoAction' AND later.details->>'undoes' = p.uuid::text)`,
      [id, userId],
    );
    return messagesOf(this.#database, id, maxShownMessages, removal?.at ?? null);
  }

  async saveMessage(callId: string, message: WrittenMessage): Promise<void> {
    await insertMessage(this.#database, callId, message);
  }

  async memory(callId: string): Promise<CallMemory> {
    const [row] = await this.#database.rows<{ id: number }>('SELECT id FROM calls WHERE uuid = $1', [callId]);
    if (!row) throw new Error('there is no such call');
    const [people, rows] = await Promise.all([
      this.#database.rows<{ uuid: string }>(
        `SELECT DISTINCT COALESCE(u.uuid, g.uuid) AS uuid FROM call_participants p
         LEFT JOIN users u ON u.id = p.user_id LEFT JOIN guests g ON g.id = p.guest_id
         WHERE p.call_id = $1 AND p.peer_id IS NOT NULL`,
        [row.id],
      ),
      messagesOf(this.#database, row.id, maxRememberedMessages),
    ]);
    return {
      people: people.map(({ uuid }) => uuid),
      messages: rows.map(({ userId, username, fullName, sentAt, ...message }) => ({
        ...message,
        user: { id: userId ?? message.peerId, username, fullName },
        sentAt: sentAt.toISOString(),
      })),
    };
  }

  async saveQuality(sample: NewQualitySample): Promise<void> {
    const saved = await this.#database.run(
      `INSERT INTO quality_samples (call_id, user_id, guest_id, at, score, bitrate_bps, loss, rtt_ms, freeze_s)
       SELECT c.id, u.id, g.id, $3, $4, $5, $6, $7, $8
       FROM calls c LEFT JOIN users u ON u.uuid = $2 LEFT JOIN guests g ON g.uuid = $2
       WHERE c.uuid = $1 AND (u.id IS NOT NULL OR g.id IS NOT NULL)`,
      [
        sample.callId,
        sample.userId,
        sample.at,
        sample.score,
        sample.bitrateBps,
        sample.loss,
        sample.rttMs,
        sample.freezeS,
      ],
    );
    if (saved === 0) throw new Error('a quality sample needs a call and a user');
  }

  /** A cursor is the last call of the page before; only the user's own calls count as one. */
  async #positionOf(cursor: string, userId: string): Promise<number> {
    const callId = z.uuid().safeParse(cursor);
    const [row] = callId.success
      ? await this.#database.rows<{ id: number }>(
          `SELECT c.id FROM calls c JOIN call_participants m ON m.call_id = c.id JOIN users u ON u.id = m.user_id
           WHERE c.uuid = $1 AND u.uuid = $2 LIMIT 1`,
          [callId.data, userId],
        )
      : [];
    if (!row) throw new AppError('VALIDATION', 'This is not a cursor of your history.');
    return row.id;
  }

  async #participantsOf(id: number): Promise<CallDetails['participants']> {
    const rows = await this.#database.rows<{
      uuid: string;
      username: string;
      full_name: string;
      role: PeerRole;
      joined_at: Date;
      left_at: Date | null;
    }>(
      `SELECT COALESCE(u.uuid, g.uuid) AS uuid, COALESCE(u.username, '') AS username,
         COALESCE(u.full_name, g.name) AS full_name, p.role, p.joined_at, p.left_at
       FROM call_participants p LEFT JOIN users u ON u.id = p.user_id LEFT JOIN guests g ON g.id = p.guest_id
       WHERE p.call_id = $1 AND p.peer_id IS NOT NULL ORDER BY p.joined_at, p.id`,
      [id],
    );
    return rows.map((row) => ({
      user: { id: row.uuid, username: row.username, fullName: row.full_name },
      role: row.role,
      joinedAt: row.joined_at,
      leftAt: row.left_at,
    }));
  }

  async #qualityOf(id: number, callId: string): Promise<NewQualitySample[]> {
    const rows = await this.#database.rows<{
      uuid: string;
      at: Date;
      score: number;
      bitrate_bps: number;
      loss: number;
      rtt_ms: number;
      freeze_s: number;
    }>(
      `SELECT COALESCE(u.uuid, g.uuid) AS uuid, q.at, q.score, q.bitrate_bps, q.loss, q.rtt_ms, q.freeze_s
       FROM quality_samples q LEFT JOIN users u ON u.id = q.user_id LEFT JOIN guests g ON g.id = q.guest_id
       WHERE q.call_id = $1 ORDER BY q.at, q.id`,
      [id],
    );
    return rows.map((row) => ({
      callId,
      userId: row.uuid,
      at: row.at,
      score: row.score,
      bitrateBps: row.bitrate_bps,
      loss: row.loss,
      rttMs: row.rtt_ms,
      freezeS: row.freeze_s,
    }));
  }
}

/** The same for a guest, who may come back from now on. */
async function addGuest(sql: Sql, id: number, guestId: string, at: Date): Promise<void> {
  await sql.run('UPDATE guests SET admitted_at = COALESCE(admitted_at, $2) WHERE uuid = $1', [guestId, at]);
  await sql.run(
    `INSERT INTO call_participants (call_id, guest_id) SELECT $1, g.id FROM guests g WHERE g.uuid = $2
     ON CONFLICT (guest_id) WHERE peer_id IS NULL DO NOTHING`,
    [id, guestId],
  );
}

/** Says that these users have a part in the call; see `entities/CallParticipant.ts`. */
async function addMembers(sql: Sql, id: number, userIds: readonly string[]): Promise<void> {
  await sql.run(
    `INSERT INTO call_participants (call_id, user_id) SELECT $1, u.id FROM users u WHERE u.uuid = ANY($2::uuid[])
     ON CONFLICT (user_id, call_id) WHERE peer_id IS NULL DO NOTHING`,
    [id, userIds],
  );
}
