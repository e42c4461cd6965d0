import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { canEnter, type Account } from './postgresAccount.ts';
import { FOLDER_BY_DESCRIPTOR, spawnInFolder } from './postgresSpawn.ts';

/** What Postgres is started with. */
export interface Cluster {
  /** Its folder. */
  folder: string;
  /** Holds its programs. */
  binaries: string;
  /** The one account that it runs as; undefined: ours. */
  account: Account | undefined;
  /** Where its socket lies. */
  socketFolder: string;
  /** Of its superuser `CLUSTER_USER`. */
  password: string;
  /** False gives up durability for speed. */
  durable: boolean;
}

export const CLUSTER_USER = 'veritalk';
export const CLUSTER_PORT = 5432;

/** The path of a unix socket ends here (sun_path of unix(7), less its terminator). */
const MAX_SOCKET_PATH_BYTES = 107;

/** The major version that made a cluster; undefined when there is none. */
export async function clusterMajor(folder: string): Promise<number | undefined> {
  const version = await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return version === undefined ? undefined : Number(version);
}

/**
 * The password in a file, made when it is not there.
 *
 * @param clusterExists - Then the password must, too.
 */
export async function keepPassword(file: string, clusterExists: boolean): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept) return kept;
  if (clusterExists)
    throw new Error(`${file} with the password of the database is missing: put it back from a backup.`);
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

/** A new folder for the socket that only Postgres' account (and root) can enter, at a path short enough for a socket. */
export async function makeSocketFolder(account: Account | undefined): Promise<string> {
  for (const parent of [tmpdir(), '/tmp', '/dev/shm']) {
    const longest = path.join(parent, 'veritalk-XXXXXX', `.s.PGSQL.${String(CLUSTER_PORT)}`);
    if (Buffer.byteLength(longest) > MAX_SOCKET_PATH_BYTES || (account && !(await canEnter(parent, account)))) continue;
    const folder = await mkdtemp(path.join(parent, 'veritalk-'));
    await giveTo(account, folder);
    return folder;
  }
  throw new Error('There is no temporary folder with a short path for the socket of Postgres: set TMPDIR to one.');
}

/** Makes a cluster. It gets its name when it is whole, so a start that is cut short begins anew. */
export async function makeCluster({
  folder,
  binaries,
  account,
  socketFolder,
  password,
  durable,
}: Cluster): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  const passwordFile = path.join(socketFolder, 'password');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  await giveTo(account, unfinished);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  try {
    await runInitdb(unfinished, account, path.join(binaries, 'initdb'), [
      `--pgdata=${FOLDER_BY_DESCRIPTOR}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, folder);
}

async function runInitdb(
  folder: string,
  account: Account | undefined,
  program: string,
  args: readonly string[],
): Promise<void> {
  const child = await spawnInFolder(program, args, { folder, account });
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdout?.resume();
  const errors = child.stderr ? await text(child.stderr) : '';
  const [code] = await ended;
  if (code === 0) return;
  const reason = /error: (.*)/.exec(errors)?.[1] ?? errors.trim().split('\n').at(-1) ?? '';
  throw new Error(`The database could not be made: initdb says "${reason}".`);
}

async function giveTo(account: Account | undefined, folder: string): Promise<void> {
  await chmod(folder, 0o700);
  if (account) await chown(folder, account.uid, account.gid);
}
