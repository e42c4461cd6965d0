import type { AssessmentStore, ScanRow } from '../assessment/AssessmentStore.ts';
import type { AssessmentResult } from '../assessment/types.ts';
import type { AssessmentStatus, Assurance, Cause, UnscoredReason } from '../protocol/assessment.ts';
import type { Sql, Database } from './Database.ts';

/** From the best to the worst, for a call's `security_status`. */
const fromBestToWorst: readonly AssessmentStatus[] = ['safe', 'unscored', 'undetermined', 'risk'];

/** Assessments in Postgres. */
export class PostgresAssessmentStore implements AssessmentStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async saveScan(result: AssessmentResult): Promise<void> {
    const { assessment, detail } = result;
    await this.#database.transaction(async (sql) => {
      const saved = await sql.run(
        `INSERT INTO security_assessments (call_id, user_id, peer_id, at, status, assurance, reason, risk, confidence,
           causes, scanned_at, verified_at, model_versions, evidence, durations)
         SELECT c.id, (SELECT id FROM users WHERE uuid = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
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
        ],
      );
      if (saved === 0) throw new Error('an assessment needs a call');
      // Everybody is `waiting` at first; that says nothing about the call.
      if (assessment.reason !== 'waiting') await worsen(sql, result.callId, assessment.status);
    });
  }
}

/** Writes only when it changes something: a call's row is locked a few times, not once a scan. */
async function worsen(sql: Sql, callId: string, status: AssessmentStatus): Promise<void> {
  await sql.run(
    `UPDATE calls SET security_status = $2::varchar
     WHERE uuid = $1 AND COALESCE(array_position($3::text[], security_status::text), 0)
       < array_position($3::text[], $2::text)`,
    [callId, status, fromBestToWorst],
  );
}

/** All results of a call, oldest first, guests' left out. @param id - The call's internal id. */
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
    `SELECT u.uuid, a.at, a.status, a.assurance, a.reason, a.risk, a.confidence, a.causes
     FROM security_assessments a JOIN users u ON u.id = a.user_id WHERE a.call_id = $1 ORDER BY a.at, a.id`,
    [id],
  );
  return rows.map(({ uuid, ...scan }) => ({ userId: uuid, ...scan }));
}
