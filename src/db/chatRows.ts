import type { ChatRow } from '../calls/CallStore.ts';
import type { WrittenMessage } from '../calls/ChatLog.ts';
import type { Sql } from './Database.ts';

/** Keeps a message. Idempotent, so that it can be tried again when nobody knows whether it was kept. */
export async function insertMessage(sql: Sql, callId: string, message: WrittenMessage): Promise<void> {
  const { messageId, peerId, requestId, user, sentAt, text } = message;
  await sql.run(
    `INSERT INTO chat_messages (uuid, call_id, user_id, guest_name, peer_id, request_id, sent_at, text)
     SELECT $1, c.id, u.id, CASE WHEN u.id IS NULL THEN $4::varchar END, $5, $6, $7, $8
     FROM calls c LEFT JOIN users u ON u.uuid = $3 WHERE c.uuid = $2
     ON CONFLICT (uuid) DO NOTHING`,
    [messageId, callId, user.id, user.fullName, peerId, requestId, new Date(sentAt), text],
  );
}

/**
 * The last `limit` messages of a call, oldest first.
 *
 * @param id - The call's internal id.
 * @param before - Later ones are left out; null: none are.
 */
export async function messagesOf(sql: Sql, id: number, limit: number, before: Date | null = null): Promise<ChatRow[]> {
  const rows = await sql.rows<{
    uuid: string;
    peer_id: string;
    request_id: string;
    user_uuid: string | null;
    username: string | null;
    full_name: string | null;
    guest_name: string | null;
    sent_at: Date;
    text: string;
  }>(
    `SELECT m.uuid, m.peer_id, m.request_id, u.uuid AS user_uuid, u.username, u.full_name, m.guest_name, m.sent_at,
       m.text
     FROM chat_messages m LEFT JOIN users u ON u.id = m.user_id
     WHERE m.call_id = $1 AND ($3::timestamptz IS NULL OR m.sent_at < $3)
     ORDER BY m.sent_at DESC, m.id DESC LIMIT $2`,
    [id, limit, before],
  );
  return rows.reverse().map((row) => ({
    messageId: row.uuid,
    peerId: row.peer_id,
    requestId: row.request_id,
    userId: row.user_uuid,
    username: row.username ?? '',
    fullName: row.full_name ?? row.guest_name ?? '',
    sentAt: row.sent_at,
    text: row.text,
  }));
}
