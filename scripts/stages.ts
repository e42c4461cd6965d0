/**
 * npm run stages [-- --help]: what `docker build` and `docker run --read-only` would do with the Dockerfile, without a
 * container engine: each step in a bare Debian root of its own, then the result as its user, asked whether it is healthy.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instructionsOf, stagesOf } from './stages/dockerfile.ts';
import { Image } from './stages/Image.ts';
import { bareRoot } from './stages/bareRoot.ts';
import { Container } from './stages/Container.ts';

const help = `usage: npm run stages

Carries out the Dockerfile without a container engine: as root, with debootstrap and unshare (Debian's packages debootstrap
and util-linux). Takes about five minutes; what it makes is removed again, but for the bare Debian in the cache.`;

const tools = ['/usr/sbin/debootstrap', '/usr/bin/unshare', '/usr/bin/nsenter'];

async function main(): Promise<void> {
  const missing = tools.filter((file) => !existsSync(file));
  if (process.getuid?.() !== 0 || missing.length > 0) {
    throw new Error(`This takes root and ${tools.join(', ')}; missing: ${missing.join(', ') || 'root'}.`);
  }
  const stages = stagesOf(instructionsOf(readFileSync('Dockerfile', 'utf8')));
  const folder = await mkdtemp(join(tmpdir(), 'veritalk-stages-'));
  try {
    const images = new Map<string, Image>();
    let last: Image | null = null;
    for (const [index, stage] of stages.entries()) {
      const root = join(folder, String(index));
      await bareRoot(stage.base, root, say);
      last = await Image.build({ stage, root, images, say });
      if (stage.name !== null) images.set(stage.name, last);
    }
    assert(last);
    await last.check(say);
    await tryOut(last, folder);
    say(`${stages.length} stages built and run`);
  } finally {
    // rm goes into nothing that is mounted: mounts exist in the namespaces of the steps only.
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryOut(image: Image, folder: string): Promise<void> {
  const container = await Container.start(image, join(folder, 'volume'));
  try {
    await container.untilHealthy();
    say('healthy, as its own health check says');
    await container.checkAnswers();
    say('/healthz, /readyz and the page answer');
    await container.checkBounds();
    say('every process is an ordinary user without capabilities; only /data and /tmp can be written to');
    await container.checkAdmin();
    say('an administrator can be made, and signs in');
  } catch (error) {
    console.error(container.log.slice(-30).join('\n'));
    throw error;
  } finally {
    const code = await container.stop();
    assert.equal(code, 0, `SIGTERM ended it with ${String(code)}`);
  }
  say('SIGTERM ended it cleanly');
}

const startedMs = performance.now();

function say(text: string): void {
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

if (process.argv.length > 2) {
  console.log(help);
  process.exitCode = process.argv[2] === '--help' ? 0 : 2;
} else {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
