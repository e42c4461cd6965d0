import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Client } from 'pg';

/**
 * [Note: Backup files] Gzip over lines of JSON: a header, then for each table its name and its rows, at last the number
 * of rows and a SHA-256 over all lines before. A row is the text that Postgres itself gives for the whole row
 * (`row::text`), which it also reads again, so that every type comes back exactly. The rows are those of one moment:
 * they are read in one REPEATABLE READ transaction while the server goes on.
 */
export interface BackupHeader {
  format: 'veritalk-backup-1';
  createdAt: string;
  /** Migrations that made the schema, oldest first. */
  migrations: string[];
  /** Tables in an order in which each comes after those that it refers to. */
  tables: string[];
  /** The columns of each table, in the order in which its rows have them. */
  columns: Record<string, string[]>;
  /** The server's keys (`secrets.json`), without which everybody would have to sign in again. */
  secrets: string | null;
}

export interface BackupSummary {
  file: string;
  tables: number;
  rows: number;
  bytes: number;
}

const batch = 500;

/**
 * Writes a backup; the file appears when it is complete and on the disk, readable by its owner only.
 *
 * @param secretsFile - Put into the backup if it is there.
 */
export async function writeBackup(options: {
  url: string;
  file: string;
  secretsFile: string | null;
}): Promise<BackupSummary> {
  const { url, file, secretsFile } = options;
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'veritalk-backup',
  });
  const draft = `${file}.part`;
  await client.connect();
  try {
    const writer = new LineWriter(draft);
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await client.query(readableSettings);
      const header = await describe(client, secretsFile);
      await writer.line(header);
      for (const table of header.tables) await copyOut(client, table, writer);
      await client.query('COMMIT');
      const rows = await writer.end();
      await rename(draft, file);
      return { file, tables: header.tables.length, rows, bytes: (await stat(file)).size };
    } catch (error) {
      await writer.destroy();
      throw error;
    }
  } finally {
    await client.end();
    await rm(draft, { force: true });
  }
}

/** So that rows read the same whatever the server's settings are. */
export const readableSettings = `SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC';
  SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL intervalstyle = 'postgres'`;

async function describe(client: Client, secretsFile: string | null): Promise<BackupHeader> {
  const migrations = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  const tables = await tablesInOrder(client);
  return {
    format: 'veritalk-backup-1',
    createdAt: new Date().toISOString(),
    migrations: migrations.rows.map(({ name }) => name),
    tables,
    columns: await columnsOf(client, tables),
    secrets: secretsFile === null ? null : await readFile(secretsFile, 'utf8').catch(() => null),
  };
}

/** Our tables, each after those that it refers to. */
async function tablesInOrder(client: Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1`,
  );
  const { rows: references } = await client.query<{ source: string; target: string }>(
    `SELECT DISTINCT s.relname AS source, t.relname AS target FROM pg_constraint c
     JOIN pg_class s ON s.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
     WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.conrelid <> c.confrelid`,
  );
  const left = new Set(tables.map(({ name }) => name));
  const order: string[] = [];
  while (left.size > 0) {
    const next = [...left].find((name) => !references.some((r) => r.source === name && left.has(r.target)));
    if (next === undefined) throw new Error(`tables refer to each other in a circle: ${[...left].join(', ')}`);
    left.delete(next);
    order.push(next);
  }
  return order;
}

async function columnsOf(client: Client, tables: readonly string[]): Promise<Record<string, string[]>> {
  const { rows } = await client.query<{ table: string; names: string[] }>(
    `SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS names
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.oid = ANY($1::text[]::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1`,
    [tables],
  );
  return Object.fromEntries(rows.map(({ table, names }) => [table, names]));
}

/** Newest first: a row that refers to another of its own table (a token to its successor) then comes after it. */
async function copyOut(client: Client, table: string, writer: LineWriter): Promise<void> {
  await writer.line({ table });
  await client.query(
    `DECLARE reader CURSOR FOR SELECT t::text AS row FROM ${client.escapeIdentifier(table)} t ORDER BY t.id DESC`,
  );
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${batch} FROM reader`);
    for (const { row } of rows) await writer.row(row);
    if (rows.length < batch) break;
  }
  await client.query('CLOSE reader');
}

/** Lines through gzip into a new file that only its owner can read, counted and hashed on their way. */
class LineWriter {
  readonly #gzip = createGzip();
  readonly #written: Promise<void>;
  readonly #hash = createHash('sha256');
  #rows = 0;

  constructor(file: string) {
    this.#written = pipeline(this.#gzip, createWriteStream(file, { mode: 0o600, flush: true }));
    // Whoever awaits the end hears of a failure; until then it must not count as unhandled.
    this.#written.catch(() => undefined);
  }

  async row(text: string): Promise<void> {
    this.#rows += 1;
    await this.line(text);
  }

  async line(value: unknown): Promise<void> {
    const text = `${JSON.stringify(value)}\n`;
    this.#hash.update(text);
    if (!this.#gzip.write(text)) await Promise.race([once(this.#gzip, 'drain'), this.#written]);
  }

  /** Writes the last line and waits until everything is on the disk. @returns how many rows there are. */
  async end(): Promise<number> {
    this.#gzip.end(`${JSON.stringify({ rows: this.#rows, sha256: this.#hash.digest('hex') })}\n`);
    await this.#written;
    return this.#rows;
  }

  async destroy(): Promise<void> {
    this.#gzip.destroy();
    await this.#written.catch(() => undefined);
  }
}
