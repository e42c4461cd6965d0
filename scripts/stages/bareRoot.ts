import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { machineCache } from '../setup/paths.mjs';

const run = promisify(execFile);

/** How this machine reaches packages; copied into a root, and for npm only while it is built. */
const access = ['apt/sources.list', 'apt/sources.list.d', 'apt/auth.conf.d', 'apt/apt.conf.d', 'hosts', 'resolv.conf'];
const trust = ['/etc/ssl/certs', '/usr/local/share/ca-certificates', '/usr/share/keyrings'];

/**
 * A folder with what the image `node:VERSION-bookworm-slim` has: Debian's essential packages, Node of this very version
 * in /usr/local, and npm.
 *
 * @throws Error for any other image.
 */
export async function bareRoot(image: string, root: string, say: (text: string) => void): Promise<void> {
  if (image !== `node:${process.versions.node}-bookworm-slim`) {
    throw new Error(`${image} can be imitated by Node of its version only; this is ${process.versions.node}`);
  }
  const base = join(machineCache, 'stages', `debian-${process.versions.node}`);
  if (!existsSync(base)) await makeBase(base, say);
  await run('cp', ['-a', base, root]);
  const npmrc = join(homedir(), '.npmrc');
  if (existsSync(npmrc)) cpSync(npmrc, join(root, 'root/.npmrc'));
}

async function makeBase(base: string, say: (text: string) => void): Promise<void> {
  say('debootstrap: a bare Debian 12');
  const making = `${base}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await run('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', making, mirror()], {
    maxBuffer: 64 * 2 ** 20,
  });
  // node:…-slim has none; it came to trust the mirror with.
  cpSync(process.execPath, join(making, 'usr/local/bin/node'));
  cpSync(npmFolder(), join(making, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(making, 'usr/local/bin', name));
  }
  rmSync(join(making, 'etc/apt/sources.list'), { force: true });
  for (const place of [...access.map((file) => `/etc/${file}`), ...trust]) {
    if (existsSync(place)) cpSync(place, join(making, place), { recursive: true, dereference: true, force: true });
  }
  renameSync(making, base);
}

/** npm tells its scripts where it lies. */
function npmFolder(): string {
  const program = process.env.npm_execpath;
  if (program === undefined) throw new Error('start it by npm run stages');
  return dirname(dirname(program));
}

/** Of this machine's own sources, in either of apt's formats. */
function mirror(): string {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const texts = ['/etc/apt/sources.list', ...files]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
  const url = texts.map((text) => /^(?:URIs:|deb)\s+(?:\[[^\]]*\]\s+)?(\S+)/m.exec(text)?.[1]).find((found) => found);
  return url ?? 'http://deb.debian.org/debian';
}
