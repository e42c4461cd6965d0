import type { AssessmentStore } from '../assessment/AssessmentStore.ts';
import type { AssessmentResult, SubjectIdentity } from '../assessment/types.ts';
import type { ScanRow } from '../calls/CallStore.ts';
import type { AssessmentStatus, Assurance, Cause, UnscoredReason } from '../protocol/assessment.ts';
import type { Sql, Database } from './Database.ts';
import type { News } from './News.ts';

/** Assessments in Postgres. */
export class PostgresAssessmentStore implements AssessmentStore {
  readonly #database: Database;
  readonly #news: News | null;

  /** @param news - Is told of changes; null if nobody listens. */
  constructor(database: Database, news: News | null = null) {
    this.#database = database;
    this.#news = news;
  }

  async saveScan(result: AssessmentResult): Promise<void> {
    const { assessment, detail } = result;
    await this.#database.transaction(async (sql) => {
      await this.#news?.assessed(sql, result);
      const saved = await sql.run(
        `INSERT INTO security_assessments (call_id, user_id, guest_id, peer_id, at, status, assurance, reason, risk,
           confidence, causes, scanned_at, verified_at, model_versions, evidence, durations, basis)
         SELECT c.id, (SELECT id FROM users WHERE uuid = $2), (SELECT id FROM guests WHERE uuid = $2), $3, $4, $5, $6,
           $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
         FROM calls c WHERE c.uuid = $1`,
        [
          result.callId,
          result.userId,
          result.peerId,
          new Date(result.atMs),
          assessment.status,
          assessment.assurance,
          assessment.reason,
          assessment.risk,
          assessment.confidence,
          JSON.stringify(assessment.causes),
          assessment.scannedAt,
          assessment.verifiedAt,
          JSON.stringify(assessment.modelVersions),
          JSON.stringify(detail.evidence),
          detail.durations && JSON.stringify(detail.durations),
          JSON.stringify(detail.basis),
        ],
      );
      if (saved === 0) throw new Error('an assessment needs a call');
      // Everybody is `waiting` at first; that says nothing about the call.
      if (assessment.reason !== 'waiting') await summarize(sql, result, assessment.status);
    });
  }
}

/**
 * Keeps what lists show of a call: that somebody was at risk, for ever, and each participant's last status that rests on
 * a look. Every call begins with looks that are not enough, which should not mark it for good. Writes only changes.
 */
async function summarize(sql: Sql, { callId, userId }: SubjectIdentity, status: AssessmentStatus): Promise<void> {
  if (status === 'risk') {
    await sql.run('UPDATE calls SET was_at_risk = true WHERE uuid = $1 AND NOT was_at_risk', [callId]);
  }
  await sql.run(
    `UPDATE call_participants p SET security_status = $3::varchar FROM calls c
     WHERE c.uuid = $1 AND p.call_id = c.id AND p.peer_id IS NULL
       AND (p.user_id = (SELECT id FROM users WHERE uuid = $2) OR p.guest_id = (SELECT id FROM guests WHERE uuid = $2))
       AND p.security_status IS DISTINCT FROM $3 AND ($3 <> 'unscored' OR p.security_status IS NULL)`,
    [callId, userId, status],
  );
}

/** All results of a call, oldest first. @param id - The call's internal id. */
export async function scansOf(sql: Sql, id: number): Promise<ScanRow[]> {
  const rows = await sql.rows<{
    uuid: string;
    at: Date;
    status: AssessmentStatus;
    assurance: Assurance;
    reason: UnscoredReason | null;
    risk: number | null;
    confidence: number | null;
    causes: Cause[];
  }>(
    `SELECT COALESCE(u.uuid, g.uuid) AS uuid, a.at, a.status, a.assurance, a.reason, a.risk, a.confidence, a.causes
     FROM security_assessments a LEFT JOIN users u ON u.id = a.user_id LEFT JOIN guests g ON g.id = a.guest_id
     WHERE a.call_id = $1 AND (u.id IS NOT NULL OR g.id IS NOT NULL) ORDER BY a.at, a.id`,
    [id],
  );
  return rows.map(({ uuid, ...scan }) => ({ userId: uuid, ...scan }));
}
