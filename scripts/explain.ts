/** npm run explain -- ASSESSMENT | --call CALL: why a past result was what it was, computed again. */
import { Client } from 'pg';
import { basis, recompute, type Basis, type Recomputed, type Stored } from '../src/assessment/basis.ts';
import { loadConfig } from '../src/config.ts';
import { EmbeddedPostgres } from '../src/db/EmbeddedPostgres.ts';
import { runningPostgresUrl } from '../src/db/runningPostgres.ts';

const HELP = `usage: npm run explain -- ID          explains one result, and computes it again; ends with 1 if it comes out otherwise
       npm run explain -- --call CALL  lists the results of a call (its id or room id), with their ids
       npm run explain -- --check      computes all results again that hold their basis; ends with 1 if one differs

The database is DATABASE_URL, that of the server that runs in DATA_DIR, or that of DATA_DIR, which is then started.`;

interface Row extends Stored {
  id: string;
  call: string;
  peer_id: string;
  at: Date;
  basis: unknown;
}

const COLUMNS = `a.id::text, c.uuid AS call, a.peer_id, a.at, a.status, a.assurance, a.reason, a.risk, a.confidence, a.basis
  FROM security_assessments a JOIN calls c ON c.id = a.call_id`;

/** What is printed about one result. */
export function explanation(row: Row, known: Basis, again: Recomputed): string[] {
  const { fusion, terms, sameRules, differences } = again;
  const time = (ms: number): string => new Date(ms).toISOString();
  const number = (value: number | null): string => (value === null ? '–' : value.toFixed(4));
  return [
    `Result ${row.id} of ${time(row.at.getTime())}, call ${row.call}, peer ${row.peer_id}`,
    `  ${row.status}${row.reason ? ` (${row.reason})` : ''}, assurance ${row.assurance}, risk ${number(row.risk)}, confidence ${number(row.confidence)}`,
    '',
    'Log odds of a fake, term by term:',
    `  -2.9957  before anything was seen (1 in 20)`,
    ...terms.map(({ evidence, bounds, share, logOdds, passive }) => {
      const sign = logOdds >= 0 ? '+' : '-';
      const details = Object.entries(evidence.details).map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`);
      return [
        `  ${sign}${Math.abs(logOdds).toFixed(4)}  ${evidence.analyzer} ${evidence.version}: ${evidence.code}, llr ${evidence.llr.toFixed(2)}`,
        ` within -${bounds.for} to +${bounds.against}, quality ${evidence.quality.toFixed(2)}, ${(100 * share).toFixed(0)} % left by age`,
        `${passive ? ', passive' : ''}; looked at ${time(evidence.fromMs)} to ${time(evidence.toMs)}; ${details.join(', ')}`,
      ].join('');
    }),
    ...known.evidence
      .filter(({ abstained }) => abstained)
      .map(({ analyzer, code }) => `   0.0000  ${analyzer}: could not tell (${code})`),
    '',
    known.input
      ? `Newest picture: ${known.input.width}x${known.input.height}, ${known.input.bytes} bytes, quantiser ${known.input.quantizerIndex}, ${time(known.input.atMs)}, sha256 ${known.input.sha256 ?? '–'}`
      : 'No picture was looked at.',
    `Models: ${Object.entries(known.models)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    `Settings ${known.settings.slice(0, 16)}, rules ${known.rules.slice(0, 16)}${sameRules ? '' : ' (today they are others)'}`,
    '',
    `Computed again: risk ${number(fusion.risk)}, confidence ${number(fusion.confidence)}, ${fusion.status}, ${fusion.assurance}`,
    differences.length === 0 ? 'It is confirmed.' : `It differs: ${differences.join('; ')}`,
  ];
}

async function explainOne(client: Client, id: string): Promise<number> {
  const { rows } = await client.query<Row>(`SELECT ${COLUMNS} WHERE a.id = $1`, [id]);
  const [row] = rows;
  if (!row) return say(`There is no result ${id}.`, 2);
  const known = basis.safeParse(row.basis);
  if (!known.success) return say(`Result ${id} does not hold what it was computed from, or that was changed.`, 1);
  const again = recompute(known.data, row);
  console.log(explanation(row, known.data, again).join('\n'));
  return again.differences.length === 0 ? 0 : 1;
}

async function listCall(client: Client, call: string): Promise<number> {
  const { rows } = await client.query<Row>(
    `SELECT ${COLUMNS} WHERE c.uuid::text = $1 OR c.room_id = $1 ORDER BY a.at, a.id`,
    [call],
  );
  for (const { id, at, peer_id, status, reason, risk } of rows) {
    console.log(
      `${id}  ${at.toISOString()}  ${peer_id}  ${status}${reason ? ` (${reason})` : ''}  ${risk?.toFixed(3) ?? ''}`,
    );
  }
  return rows.length > 0 ? 0 : say('There are no results of such a call.', 2);
}

async function checkAll(client: Client): Promise<number> {
  const { rows } = await client.query<Row>(`SELECT ${COLUMNS} WHERE a.basis IS NOT NULL ORDER BY a.id`);
  let wrong = 0;
  for (const row of rows) {
    const known = basis.safeParse(row.basis);
    const differences = known.success ? recompute(known.data, row).differences : ['the basis cannot be read'];
    if (differences.length === 0) continue;
    wrong++;
    console.log(`${row.id}: ${differences.join('; ')}`);
  }
  return say(`${rows.length} results were computed again, ${wrong} came out otherwise.`, wrong === 0 ? 0 : 1);
}

function say(message: string, code: number): number {
  console.log(message);
  return code;
}

async function withDatabase(use: (client: Client) => Promise<number>): Promise<number> {
  const { database, dataDir } = loadConfig({ env: process.env, cwd: process.cwd() });
  const known = database.url ?? (await runningPostgresUrl(dataDir, 'veritalk'));
  const own = known === null ? await EmbeddedPostgres.start({ dataDir }) : null;
  const client = new Client({ connectionString: known ?? own!.url });
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
    await own?.close();
  }
}

async function main([first, second]: readonly string[]): Promise<number> {
  if (first === '--check') return withDatabase(checkAll);
  if (first === '--call' && second) return withDatabase((client) => listCall(client, second));
  if (first && /^\d{1,18}$/.test(first)) return withDatabase((client) => explainOne(client, first));
  return say(HELP, first === '--help' ? 0 : 2);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
