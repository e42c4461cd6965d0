import type { GuestStore, InvitedCall, KnownGuest, NewGuestLink } from '../auth/stores.ts';
import type { Database } from './Database.ts';

const open = `('ringing', 'active')`;
const good = 'l.revoked_at IS NULL AND l.expires_at > $2';

/** Guests and their links in Postgres. */
export class PostgresGuestStore implements GuestStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async createLink(link: NewGuestLink, maxLinks: number): Promise<boolean> {
    return this.#database.transaction(async (sql) => {
      // The call's row is locked, so that two links at once cannot both be the last.
      const [call] = await sql.rows<{ id: number }>('SELECT id FROM calls WHERE uuid = $1 FOR UPDATE', [link.callId]);
      if (!call) throw new Error('a link needs a call');
      const made = await sql.run(
        `INSERT INTO guest_links (uuid, call_id, created_by, created_at, expires_at)
         SELECT $3, $1, u.id, $2, $4 FROM users u WHERE u.uuid = $5
           AND (SELECT count(*) FROM guest_links l WHERE l.call_id = $1 AND ${good}) < $6`,
        [call.id, link.createdAt, link.linkId, link.expiresAt, link.userId, maxLinks],
      );
      return made > 0;
    });
  }

  async links(callId: string, now: Date): ReturnType<GuestStore['links']> {
    const rows = await this.#database.rows<{ uuid: string; created_at: Date; expires_at: Date; guests: number }>(
      `SELECT l.uuid, l.created_at, l.expires_at,
         (SELECT count(*) FROM guests g WHERE g.link_id = l.id)::integer AS guests
       FROM guest_links l JOIN calls c ON c.id = l.call_id WHERE c.uuid = $1 AND ${good} ORDER BY l.id DESC`,
      [callId, now],
    );
    return rows.map((row) => ({
      linkId: row.uuid,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      guestCount: row.guests,
    }));
  }

  async revokeLink(callId: string, linkId: string, now: Date): Promise<boolean> {
    const revoked = await this.#database.run(
      `UPDATE guest_links l SET revoked_at = COALESCE(l.revoked_at, $3) FROM calls c
       WHERE c.id = l.call_id AND c.uuid = $1 AND l.uuid = $2`,
      [callId, linkId, now],
    );
    return revoked > 0;
  }

  async findLink(linkId: string, now: Date): Promise<InvitedCall | null> {
    const [row] = await this.#database.rows<{
      call_uuid: string;
      room_id: string;
      title: string | null;
      host_uuid: string;
      username: string;
      full_name: string;
      expires_at: Date;
      members: { username: string; fullName: string }[];
    }>(
      `SELECT c.uuid AS call_uuid, c.room_id, c.title, u.uuid AS host_uuid, u.username, u.full_name, l.expires_at, (
         SELECT COALESCE(json_agg(json_build_object('username', o.username, 'fullName', o.full_name)), '[]')
         FROM call_participants m JOIN users o ON o.id = m.user_id WHERE m.call_id = c.id AND m.peer_id IS NULL
       ) AS members
       FROM guest_links l JOIN calls c ON c.id = l.call_id JOIN users u ON u.id = c.caller_id
       WHERE l.uuid = $1 AND ${good} AND c.status IN ${open}`,
      [linkId, now],
    );
    if (!row) return null;
    return {
      linkId,
      callId: row.call_uuid,
      roomId: row.room_id,
      title: row.title,
      host: { id: row.host_uuid, username: row.username, fullName: row.full_name },
      members: row.members,
      expiresAt: row.expires_at,
    };
  }

  async createGuest(guest: { guestId: string; linkId: string; name: string; createdAt: Date }): Promise<void> {
    const made = await this.#database.run(
      `INSERT INTO guests (uuid, call_id, link_id, name, created_at)
       SELECT $1, l.call_id, l.id, $3, $4 FROM guest_links l WHERE l.uuid = $2`,
      [guest.guestId, guest.linkId, guest.name, guest.createdAt],
    );
    if (made === 0) throw new Error('a guest needs a link');
  }

  async findGuest(guestId: string): Promise<KnownGuest | null> {
    const [row] = await this.#database.rows<{
      call_uuid: string;
      link_uuid: string;
      name: string;
      admitted: boolean;
      revoked: boolean;
      runs: boolean;
    }>(
      `SELECT c.uuid AS call_uuid, l.uuid AS link_uuid, g.name, g.admitted_at IS NOT NULL AS admitted,
         l.revoked_at IS NOT NULL AS revoked, c.status IN ${open} AS runs
       FROM guests g JOIN guest_links l ON l.id = g.link_id JOIN calls c ON c.id = g.call_id WHERE g.uuid = $1`,
      [guestId],
    );
    if (!row) return null;
    return {
      callId: row.call_uuid,
      linkId: row.link_uuid,
      name: row.name,
      admitted: row.admitted,
      linkRevoked: row.revoked,
      callRuns: row.runs,
    };
  }
}
