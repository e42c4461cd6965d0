import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import { StartError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { writeBackup } from './backup.ts';
import { entities } from './entities/index.ts';
import { translate } from './errors.ts';
import { Listener, type ListenerOptions } from './Listener.ts';

export type SqlValue = string | number | boolean | Date | Buffer | null | readonly string[];

/** Runs statements: values go in as parameters only. */
export interface Sql {
  /** @returns The rows of a SELECT or of RETURNING. The caller vouches for their type. */
  rows<Row>(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** @returns How many rows were changed. */
  run(text: string, values?: readonly SqlValue[]): Promise<number>;
}

export interface DatabaseOptions {
  /** postgres://user:password@host:port/database, or with `?host=/folder` a unix socket. */
  url: string;
  logger: Logger;
  poolSize: number;
  connectTimeoutMs: number;
  statementTimeoutMs: number;
  idleInTransactionTimeoutMs: number;
  /** Where a backup is put before the schema is changed; null makes none. */
  backupFolder?: string | null;
}

/** Any number, the same in every version: two servers must not migrate at once. */
const migrationLock = 7_208_315_521;

/**
 * The connection pool. Its schema is that of the migrations, which `open` runs.
 * While Postgres is away all methods throw AppError UNAVAILABLE; the pool connects again by itself.
 */
export class Database implements Sql {
  readonly #source: DataSource;
  readonly #options: DatabaseOptions;
  #closed = false;

  private constructor(source: DataSource, options: DatabaseOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** @throws AppError UNAVAILABLE if Postgres does not answer, or the error of a migration. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { url, logger, statementTimeoutMs, idleInTransactionTimeoutMs } = options;
    const base = {
      type: 'postgres',
      entities,
      migrations,
      synchronize: false,
      installExtensions: false,
      applicationName: 'veritalk',
      connectTimeoutMS: options.connectTimeoutMs,
      poolErrorHandler: (error: unknown) => logger.warn({ err: error }, 'a database connection was lost'),
    } as const satisfies DataSourceOptions;
    try {
      await migrate(new DataSource({ ...base, poolSize: 2, extra: { connectionString: url } }), options);
      const source = new DataSource({
        ...base,
        poolSize: options.poolSize,
        extra: {
          connectionString: url,
          statement_timeout: statementTimeoutMs,
          idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
          // Should Postgres be too stuck to time out by itself.
          query_timeout: statementTimeoutMs * 2,
        },
      });
      return new Database(await source.initialize(), options);
    } catch (error) {
      throw translate(error);
    }
  }

  /** Waits for statements under way. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#source.destroy();
  }

  /** Hears `NOTIFY` on a channel over a connection of its own, until closed. */
  listen(channel: string, on: Pick<ListenerOptions, 'onMessage' | 'onListening'>): Listener {
    const { url, logger } = this.#options;
    return new Listener({ url, channel, logger, ...on });
  }

  async ping(): Promise<void> {
    await this.rows('SELECT 1');
  }

  async rows<Row>(text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#withRunner((sql) => sql.rows<Row>(text, values));
  }

  async run(text: string, values: readonly SqlValue[] = []): Promise<number> {
    return this.#withRunner((sql) => sql.run(text, values));
  }

  /**
   * Runs `work` in one transaction (READ COMMITTED), durable once the promise resolves; rolled back if it throws.
   * Only the given `Sql` may be used inside.
   */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#withRunner(async (sql, runner) => {
      await runner.startTransaction();
      try {
        const result = await work(sql);
        await runner.commitTransaction();
        return result;
      } catch (error) {
        // A lost connection cannot roll back, and has rolled back already: the first error tells more.
        await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  async #withRunner<T>(work: (sql: Sql, runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.#source.createQueryRunner();
    try {
      return await work(sqlOf(runner), runner);
    } catch (error) {
      throw translate(error);
    } finally {
      await runner.release();
    }
  }
}

function sqlOf(runner: QueryRunner): Sql {
  const query = async (text: string, values: readonly SqlValue[] = []) => {
    // pg sends undefined as NULL, which would turn a forgotten value into "no condition met" without a word.
    if (values.some((value) => value === undefined)) throw new Error('undefined given to a statement');
    return runner.query(text, [...values], true);
  };
  return {
    rows: async <Row>(text: string, values?: readonly SqlValue[]) => (await query(text, values)).records as Row[],
    run: async (text, values) => (await query(text, values)).affected ?? 0,
  };
}

/** @throws StartError if the schema is of a newer version. */
async function migrate(source: DataSource, options: DatabaseOptions): Promise<void> {
  const { logger } = options;
  await source.initialize();
  try {
    const lock = source.createQueryRunner();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
      await prepareMigration(lock, options);
      const done = await source.runMigrations({ transaction: 'each' });
      if (done.length > 0) logger.info({ migrations: done.map(({ name }) => name) }, 'database migrated');
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [migrationLock]).catch(() => undefined);
      await lock.release();
    }
  } finally {
    await source.destroy();
  }
}

/** Looks at what is there before it is changed: a newer schema is left alone, an older one is first put into a backup. */
async function prepareMigration(
  runner: QueryRunner,
  { url, backupFolder = null, logger }: DatabaseOptions,
): Promise<void> {
  const [table] = (await runner.query(`SELECT to_regclass('public.migrations') AS name`)) as { name: string | null }[];
  if (!table?.name) return;
  const rows = (await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[];
  const known = new Set<string>(migrations.map(({ name }) => name));
  if (rows.some(({ name }) => !known.has(name))) {
    throw new StartError(
      'The database was made by a newer version of Veritalk: install that one, or restore a backup.',
    );
  }
  const done = new Set(rows.map(({ name }) => name));
  const next = migrations.find(({ name }) => !done.has(name));
  if (rows.length === 0 || !next || backupFolder === null) return;
  await mkdir(backupFolder, { recursive: true, mode: 0o700 });
  const file = join(backupFolder, `before-${next.name}.backup`);
  const { rows: saved } = await writeBackup({ url, file, secretsFile: join(backupFolder, '..', 'secrets.json') });
  logger.info({ file, rows: saved }, 'backup made before the schema is changed');
}
