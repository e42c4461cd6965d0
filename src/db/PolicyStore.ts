import type { PolicyStore } from '../calls/PolicyLog.ts';
import type { chain, ChainedEntry, Json, PolicyEntry } from '../calls/policyChain.ts';
import type { Database, Sql } from './Database.ts';
import type { News } from './News.ts';

interface PolicyRow {
  call_uuid: string;
  seq: number;
  uuid: string;
  at: Date;
  actor: string | null;
  subject_peer_id: string | null;
  subject_user: string | null;
  kind: PolicyEntry['kind'];
  action: string;
  details: Record<string, Json>;
  prev_hash: Buffer;
  hash: Buffer;
}

const columns = `c.uuid AS call_uuid, p.seq, p.uuid, p.at, a.uuid AS actor, p.subject_peer_id, p.subject_user, p.kind,
  p.action, p.details, p.prev_hash, p.hash`;
const tables = `policy_actions p JOIN calls c ON c.id = p.call_id LEFT JOIN users a ON a.id = p.actor_id`;

export interface KeptBasis {
  peerId: string;
  at: Date;
  basis: unknown;
}

/** The policy log in Postgres. A trigger lets rows be added only. */
export class PostgresPolicyStore implements PolicyStore {
  readonly #database: Database;
  readonly #chain: typeof chain;
  readonly #news: News | null;

  /**
   * @param link - Puts an entry behind another one.
   * @param news - Is told of entries; null if nobody listens.
   */
  constructor(database: Database, link: typeof chain, news: News | null = null) {
    this.#database = database;
    this.#chain = link;
    this.#news = news;
  }

  async append(callId: string, entry: PolicyEntry): Promise<ChainedEntry> {
    return this.#database.transaction(async (sql) => {
      // One writer a call: whoever comes second reads what the first has written.
      const [call] = await sql.rows<{ id: number }>('SELECT id FROM calls WHERE uuid = $1 FOR UPDATE', [callId]);
      if (!call) throw new Error('a policy entry needs a call');
      const [earlier] = await entriesWhere(sql, 'p.uuid = $1', [entry.actionId]);
      if (earlier) return earlier;
      const [last] = await sql.rows<{ seq: number; hash: Buffer }>(
        'SELECT seq, hash FROM policy_actions WHERE call_id = $1 ORDER BY seq DESC LIMIT 1',
        [call.id],
      );
      const chained = this.#chain(callId, entry, last ?? null);
      await insert(sql, call.id, chained);
      await this.#news?.policyApplied(sql, callId, chained);
      return chained;
    });
  }

  async entries(callId: string): Promise<ChainedEntry[]> {
    return entriesWhere(this.#database, 'c.uuid = $1', [callId]);
  }

  /** Calls that have a log. */
  async callIds(): Promise<string[]> {
    const rows = await this.#database.rows<{ uuid: string }>(
      'SELECT uuid FROM calls c WHERE EXISTS (SELECT 1 FROM policy_actions p WHERE p.call_id = c.id) ORDER BY id',
    );
    return rows.map(({ uuid }) => uuid);
  }

  /** Of all calls the ends of their logs. */
  async ends(): Promise<ChainedEntry[]> {
    return entriesWhere(
      this.#database,
      'p.seq = (SELECT max(seq) FROM policy_actions l WHERE l.call_id = p.call_id)',
      [],
    );
  }

  /** What the assessments of a call were computed from, as far as it is still kept. */
  async bases(callId: string): Promise<KeptBasis[]> {
    return this.#database.rows<KeptBasis>(
      `SELECT a.peer_id AS "peerId", a.at, a.basis FROM security_assessments a JOIN calls c ON c.id = a.call_id
       WHERE c.uuid = $1 AND a.basis IS NOT NULL`,
      [callId],
    );
  }
}

async function insert(sql: Sql, id: number, entry: ChainedEntry): Promise<void> {
  const { seq, actionId, at, actorId, subjectPeerId, subjectUserId, kind, action, details, prevHash, hash } = entry;
  await sql.run(
    `INSERT INTO policy_actions (call_id, seq, uuid, at, actor_id, subject_peer_id, subject_user, kind, action, details,
       prev_hash, hash)
     VALUES ($1, $2, $3, $4, (SELECT id FROM users WHERE uuid = $5), $6, $7, $8, $9, $10, $11, $12)`,
    [
      id,
      seq,
      actionId,
      at,
      actorId,
      subjectPeerId,
      subjectUserId,
      kind,
      action,
      JSON.stringify(details),
      prevHash,
      hash,
    ],
  );
}

async function entriesWhere(sql: Sql, condition: string, values: readonly string[]): Promise<ChainedEntry[]> {
  const rows = await sql.rows<PolicyRow>(
    `SELECT ${columns} FROM ${tables} WHERE ${condition} ORDER BY p.call_id, p.seq`,
    values,
  );
  return rows.map((row) => ({
    callId: row.call_uuid,
    seq: row.seq,
    actionId: row.uuid,
    at: row.at,
    kind: row.kind,
    action: row.action,
    actorId: row.actor,
    subjectPeerId: row.subject_peer_id,
    subjectUserId: row.subject_user,
    details: row.details,
    prevHash: row.prev_hash,
    hash: row.hash,
  }));
}
