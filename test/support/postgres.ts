import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/db/EmbeddedPostgres.ts';

interface TestCluster {
  /** Of any database in it. */
  url: string;
  close(): Promise<void>;
}

/** Started by the first suite that needs it; DATABASE_URL names one that runs already. */
let cluster: Promise<TestCluster> | undefined;
const databases: string[] = [];

/** An empty database of the caller's own, in the one cluster of this test process. */
export async function testDatabaseUrl(): Promise<string> {
  cluster ??= process.env.DATABASE_URL ? useRunning(process.env.DATABASE_URL) : startOwn();
  const { url } = await cluster;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runIn(url, `CREATE DATABASE ${name}`);
  databases.push(name);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

async function startOwn(): Promise<TestCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'veritalk-pg-'));
  const postgres = await EmbeddedPostgres.start({ dataDir, durable: false });
  return {
    url: postgres.url,
    close: async () => {
      await postgres.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function useRunning(url: string): Promise<TestCluster> {
  const close = async () => {
    for (const name of databases) await runIn(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return Promise.resolve({ url, close });
}

async function runIn(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Mocha reads these because .mocharc.yaml requires this file. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await (await cluster)?.close();
  },
};
