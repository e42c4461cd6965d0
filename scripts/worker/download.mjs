#!/usr/bin/env node
/** Downloads a prebuilt mediasoup worker (a .tgz with this one file) and unpacks it; exits with 1 when that does not work. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** For all of it: who has to build should not wait long before. */
const TIME_LIMIT_MS = 20_000;
/** What the worker answers when it is run without MEDIASOUP_VERSION: enough to know that its libraries are there. */
const EXIT_WITHOUT_VERSION = 41;

const [url, binary] = process.argv.slice(2);
if (!url || !binary || url === '--help') {
  console.log('usage: download.mjs URL FILE');
  process.exit(url === '--help' ? 0 : 2);
}

const folder = `${binary}.download`;
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  mkdirSync(folder, { recursive: true });
  const archive = path.join(folder, 'worker.tgz');
  writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
  if (spawnSync('tar', ['-xzf', archive, '-C', folder, 'mediasoup-worker']).status !== 0)
    throw new Error('not an archive with a worker');
  const unpacked = path.join(folder, 'mediasoup-worker');
  if (spawnSync(unpacked, { env: {} }).status !== EXIT_WITHOUT_VERSION) throw new Error('the binary does not run here');
  renameSync(unpacked, binary);
} catch (error) {
  console.error(`${error.message}${error.cause ? `: ${error.cause.message}` : ''}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
