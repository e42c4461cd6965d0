import { randomUUID } from 'node:crypto';
import type { AssessmentResult } from '../assessment/types.ts';
import type { PolicyEntry } from '../calls/policyChain.ts';
import type { WebhookBody, WebhookCall, WebhookType } from '../protocol/webhooks.ts';
import type { Sql } from './Database.ts';

type DataOf<T extends WebhookType> = Extract<WebhookBody, { type: T }>['data'];

interface CallRow {
  call_type: WebhookCall['call_type'];
  status: WebhookCall['status'];
  caller: WebhookCall['caller'];
  callee: WebhookCall['callee'];
  created_at: Date;
  start_time: Date | null;
  end_time: Date | null;
  duration: number;
  end_reason: WebhookCall['end_reason'];
}

/**
 * Writes down what others are to be told of, inside the transaction of the change itself: there is no event without its
 * change and no change without its event, whatever dies in between.
 */
export class News {
  readonly #wanted: ReadonlySet<WebhookType>;

  /** @param wanted - Types that somebody listens to; others are not written. */
  constructor(wanted: readonly WebhookType[]) {
    this.#wanted = new Set(wanted);
  }

  async callStarted(sql: Sql, callId: string): Promise<void> {
    await this.#add(sql, 'call.started', callId, async () => ({ call: await callOf(sql, callId) }));
  }

  async callEnded(sql: Sql, callId: string, status: WebhookCall['status']): Promise<void> {
    const type = status === 'missed' ? 'call.missed' : 'call.ended';
    await this.#add(sql, type, callId, async () => ({ call: await callOf(sql, callId) }));
  }

  /** Before the result itself is written: it is news if it differs from this person's last one. */
  async assessed(sql: Sql, result: AssessmentResult): Promise<void> {
    const { callId, peerId, userId, atMs } = result;
    const { status, assurance, reason } = result.assessment;
    // Everybody is `waiting` at first; that says nothing.
    if (reason === 'waiting' || !this.#wanted.has('assessment.changed')) return;
    const [last] = await sql.rows<{ same: boolean }>(
      `SELECT a.status = $3 AND a.assurance = $4 AND a.reason IS NOT DISTINCT FROM $5 AS same
       FROM security_assessments a JOIN calls c ON c.id = a.call_id
       WHERE c.uuid = $1 AND a.peer_id = $2 AND a.reason IS DISTINCT FROM 'waiting' ORDER BY a.id DESC LIMIT 1`,
      [callId, peerId, status, assurance, reason],
    );
    if (last?.same) return;
    const at = new Date(atMs).toISOString();
    await this.#add(sql, 'assessment.changed', callId, async () => {
      return { call_id: callId, peer_id: peerId, user: await someone(sql, userId), status, assurance, reason, at };
    });
  }

  async policyApplied(sql: Sql, callId: string, entry: PolicyEntry): Promise<void> {
    const { actionId, kind, action, actorId, subjectPeerId, subjectUserId, at } = entry;
    await this.#add(sql, 'policy.applied', callId, async () => ({
      call_id: callId,
      action_id: actionId,
      kind,
      action,
      actor: await someone(sql, actorId),
      subject_peer_id: subjectPeerId,
      subject: await someone(sql, subjectUserId),
      at: at.toISOString(),
    }));
  }

  async #add<T extends WebhookType>(sql: Sql, type: T, callId: string, data: () => Promise<DataOf<T>>): Promise<void> {
    if (!this.#wanted.has(type)) return;
    await sql.run('INSERT INTO webhook_events (uuid, type, call_uuid, data) VALUES ($1, $2, $3, $4)', [
      randomUUID(),
      type,
      callId,
      JSON.stringify(await data()),
    ]);
  }
}

async function callOf(sql: Sql, callId: string): Promise<WebhookCall> {
  const [row] = await sql.rows<CallRow>(
    `SELECT c.call_type, c.status, c.created_at, c.start_time, c.end_time, c.duration, c.end_reason,
       (SELECT json_build_object('id', u.uuid, 'username', u.username) FROM users u WHERE u.id = c.caller_id) AS caller,
       (SELECT json_build_object('id', u.uuid, 'username', u.username) FROM users u WHERE u.id = c.callee_id) AS callee
     FROM calls c WHERE c.uuid = $1`,
    [callId],
  );
  if (!row) throw new Error('there is no such call');
  const { created_at: created, start_time: started, end_time: ended, ...rest } = row;
  return {
    id: callId,
    ...rest,
    created_at: created.toISOString(),
    start_time: started?.toISOString() ?? null,
    end_time: ended?.toISOString() ?? null,
  };
}

/** A guest has no account. */
async function someone(sql: Sql, userId: string | null): Promise<WebhookCall['callee']> {
  if (userId === null) return null;
  const [row] = await sql.rows<{ id: string; username: string }>(
    'SELECT uuid AS id, username FROM users WHERE uuid = $1',
    [userId],
  );
  return row ?? null;
}
