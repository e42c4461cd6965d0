import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { migrations } from '../../migrations/index.ts';
import { StartError } from '../errors.ts';
import { readableSettings, type BackupHeader } from './backup.ts';

const identifier = z.string().regex(/^[a-z0-9_]+$/);
const header = z.strictObject({
  format: z.literal('veritalk-backup-1'),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.string()).min(1),
  tables: z.array(identifier),
  columns: z.record(identifier, z.array(identifier).min(1)),
  secrets: z.string().nullable(),
});
const footer = z.strictObject({ rows: z.int().min(0), sha256: z.string() });

const batch = 500;

/**
 * Reads a backup from its first line to its last without using it.
 *
 * @throws StartError if it is damaged, incomplete, or of a newer version of Veritalk.
 */
export async function checkBackup(file: string): Promise<BackupHeader & { rows: number }> {
  const hash = createHash('sha256');
  let first: BackupHeader | null = null;
  let last: z.infer<typeof footer> | null = null;
  let rows = 0;
  for await (const line of linesOf(file)) {
    if (last) throw damaged(file);
    const value = parse(file, line);
    first ??= header.safeParse(value).data ?? null;
    if (!first) throw damaged(file);
    const end = footer.safeParse(value);
    if (end.success) last = end.data;
    else hash.update(`${line}\n`);
    if (typeof value === 'string') rows += 1;
  }
  if (!first || last?.rows !== rows || last.sha256 !== hash.digest('hex')) throw damaged(file);
  const known = new Set(migrations.map((migration) => migration.name));
  if (first.migrations.some((name) => !known.has(name))) {
    throw new StartError(`${file} was made by a newer version of Veritalk: install that one first.`);
  }
  return { ...first, rows };
}

/**
 * Puts a backup into an empty database, in the schema it was made with, and brings that up to date.
 *
 * @throws StartError if the backup is no good or the database is not empty.
 */
export async function restoreBackup(options: { url: string; file: string; replace: boolean }): Promise<BackupHeader> {
  const { url, file, replace } = options;
  const checked = await checkBackup(file);
  const client = new Client({ connectionString: url, application_name: 'veritalk-restore' });
  await client.connect();
  try {
    await makeEmpty(client, replace);
    await migrateWith(url, checked.migrations);
    await client.query('BEGIN');
    await client.query(readableSettings);
    await copyIn(client, file, checked);
    for (const table of checked.tables) await setSequence(client, table);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
  await migrateWith(url, null);
  return checked;
}

async function makeEmpty(client: Client, replace: boolean): Promise<void> {
  const { rows: others } = await client.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'veritalk'`,
  );
  if (others.length > 0) throw new StartError('A Veritalk server works with this database: stop it first.');
  const { rows: tables } = await client.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`);
  if (tables.length === 0) return;
  if (!replace) throw new StartError('The database is not empty: add --replace to throw away what is in it.');
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
}

/** @param names - Which migrations to run; null: all. */
async function migrateWith(url: string, names: readonly string[] | null): Promise<void> {
  const wanted = names === null ? migrations : migrations.filter(({ name }) => names.includes(name));
  const source = new DataSource({
    type: 'postgres',
    migrations: wanted,
    synchronize: false,
    installExtensions: false,
    poolSize: 2,
    extra: { connectionString: url },
  });
  await source.initialize();
  try {
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}

/**
 * Rows come in the order of columns that the table had there, which may be another one here: a table of that form
 * reads them, and columns go by their names.
 */
async function makeReader(client: Client, table: string, columns: readonly string[]): Promise<void> {
  const name = client.escapeIdentifier(table);
  await client.query(
    `CREATE TEMP TABLE ${client.escapeIdentifier(`read_${table}`)} ON COMMIT DROP AS
     SELECT ${list(client, columns)} FROM ${name} WITH NO DATA`,
  );
}

function list(client: Client, columns: readonly string[]): string {
  return columns.map((column) => client.escapeIdentifier(column)).join(', ');
}

async function copyIn(client: Client, file: string, { columns }: BackupHeader): Promise<void> {
  let table = '';
  let rows: string[] = [];
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return;
    const names = list(client, columns[table] ?? []);
    await client.query(
      `INSERT INTO ${client.escapeIdentifier(table)} (${names}) SELECT ${names}
       FROM (SELECT (text::${client.escapeIdentifier(`read_${table}`)}).* FROM unnest($1::text[]) AS text) AS rows`,
      [rows],
    );
    rows = [];
  };
  for await (const line of linesOf(file)) {
    const value = parse(file, line);
    if (typeof value === 'string') {
      rows.push(value);
      if (rows.length >= batch) await flush();
    } else {
      await flush();
      const next = z.strictObject({ table: z.string() }).safeParse(value);
      if (next.success) {
        ({ table } = next.data);
        await makeReader(client, table, columns[table] ?? []);
      }
    }
  }
  await flush();
}

async function setSequence(client: Client, table: string): Promise<void> {
  const name = client.escapeIdentifier(table);
  await client.query(
    `SELECT setval(pg_get_serial_sequence($1, 'id'), GREATEST((SELECT max(id) FROM ${name}), 1),
       EXISTS (SELECT 1 FROM ${name}))`,
    [table],
  );
}

/** @throws StartError where the file ends too early, cannot be unpacked or cannot be read. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const unpacked = createGunzip().setEncoding('utf8');
  // A failure of either reaches the reader below.
  pipeline(createReadStream(file), unpacked).catch(() => undefined);
  let rest = '';
  try {
    for await (const chunk of unpacked as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    throw damaged(file);
  }
  if (rest !== '') throw damaged(file);
}

function parse(file: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged(file);
  }
}

function damaged(file: string): StartError {
  return new StartError(`${file} is damaged or not a backup: use another one.`);
}
