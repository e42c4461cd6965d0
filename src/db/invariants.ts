import type { Sql } from './Database.ts';

/**
 * Rules that hold for the record at every moment but cannot be constraints of single rows. Each query gives the rows
 * that break its rule.
 */
const rules: Readonly<Record<string, string>> = {
  'a call that is over has a reason': `SELECT uuid FROM calls WHERE end_time IS NOT NULL AND end_reason IS NULL`,
  'a duration is the time from start to end': `SELECT uuid FROM calls
    WHERE end_time IS NOT NULL AND duration <> COALESCE(floor(extract(epoch FROM end_time - start_time)), 0)`,
  'what was never answered lasted no time': `SELECT uuid FROM calls
    WHERE status IN ('missed', 'declined') AND (start_time IS NOT NULL OR duration <> 0)`,
  'nobody is left in a call that is over': `SELECT p.peer_id FROM call_participants p JOIN calls c ON c.id = p.call_id
    WHERE c.end_time IS NOT NULL AND p.peer_id IS NOT NULL AND p.left_at IS NULL`,
  'nobody joins before a call begins': `SELECT p.peer_id FROM call_participants p JOIN calls c ON c.id = p.call_id
    WHERE p.joined_at < c.start_time`,
  'whoever was in a call has a part in it': `SELECT p.peer_id FROM call_participants p
    WHERE p.peer_id IS NOT NULL AND p.user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM call_participants m
      WHERE m.call_id = p.call_id AND m.user_id = p.user_id AND m.peer_id IS NULL)`,
  'running calls show signs of life': `SELECT uuid FROM calls
    WHERE status = 'active' AND start_time IS NOT NULL AND last_seen_at < now() - interval '5 minutes'
      AND EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'veritalk' AND datname = current_database()
        AND backend_start < now() - interval '5 minutes')`,
  'only active accounts are signed in': `SELECT s.family_id FROM user_sessions s JOIN users u ON u.id = s.user_id
    WHERE s.is_active AND u.status <> 'active'`,
  'a session has one current token': `SELECT family_id FROM user_sessions WHERE is_active AND replaced_at IS NULL
    GROUP BY family_id HAVING count(*) > 1`,
  'the log of actions has no gap': `SELECT call_id FROM policy_actions GROUP BY call_id
    HAVING min(seq) <> 1 OR max(seq) <> count(*)`,
};

export interface Violation {
  rule: string;
  rows: number;
  /** Of the first one. */
  example: string;
}

/** Looks whether the record keeps its own rules. @returns those that are broken; none is what must be. */
export async function violations(sql: Sql): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [rule, query] of Object.entries(rules)) {
    const rows = await sql.rows<Record<string, unknown>>(query);
    if (rows.length > 0) found.push({ rule, rows: rows.length, example: String(Object.values(rows[0] ?? {})[0]) });
  }
  return found;
}
