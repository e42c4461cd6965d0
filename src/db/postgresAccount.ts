import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** Whom a child process runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/** In the order of preference. Any other uid would do but for one thing: Postgres wants to know its own name. */
const ACCOUNT_NAMES = ['postgres', 'nobody'];

/**
 * The account that Postgres runs as when we are root, which it refuses to be: the owner of the cluster, where there is
 * one. Undefined when we are not root: Postgres runs as we do.
 *
 * @throws Error when there is no account to run it as.
 */
export async function clusterAccount(cluster: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = parseAccounts(await readFile('/etc/passwd', 'utf8'));
  const account = ACCOUNT_NAMES.map((name) => accounts.get(name)).find((found) => found !== undefined);
  if (!account)
    throw new Error(`Postgres does not run as root: create an account named ${ACCOUNT_NAMES.join(' or ')}.`);
  // Root's own cluster comes from a backup that was copied back.
  if (owner) await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, cluster]);
  return account;
}

function parseAccounts(passwd: string): Map<string, Account> {
  const fields = passwd.split('\n').map((line) => line.split(':'));
  return new Map(fields.map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]));
}

/** Whether an account may read and enter a folder and all folders on the way to it. */
export async function canEnter(folder: string, account: Account): Promise<boolean> {
  const parts = path.resolve(folder).split(path.sep).filter(Boolean);
  const ancestors = ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
  for (const ancestor of ancestors) {
    const { mode, uid, gid } = await stat(ancestor);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    const needed = ancestor === ancestors.at(-1) ? 0o5 : 0o1;
    if (((mode >> shift) & needed) !== needed) return false;
  }
  return true;
}
