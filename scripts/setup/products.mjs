import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fingerprint, stampOf } from './fingerprint.mjs';
import { inRoot, localCache } from './paths.mjs';
import { projectNode, run } from './run.mjs';

/** Compiles the server into dist/src and dist/migrations. */
export function buildServer(say) {
  return build(say, {
    name: 'server',
    inputs: ['src', 'migrations', 'tsconfig.json', 'package-lock.json'],
    output: 'dist/src/main.js',
    tool: (folder) => ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--outDir', folder],
    place: (folder) => readdirSync(folder).map((name) => [path.join(folder, name), inRoot('dist', name)]),
    failure: 'The server does not compile: see the messages above.',
  });
}

/** Builds the page into dist/web. */
export function buildPage(say) {
  return build(say, {
    name: 'page',
    inputs: ['web', 'src/protocol', 'tsconfig.json', 'package-lock.json'],
    output: 'dist/web/index.html',
    tool: (folder) => [
      'node_modules/vite/bin/vite.js',
      'build',
      'web',
      '--logLevel',
      'warn',
      '--outDir',
      folder,
      '--emptyOutDir',
    ],
    place: (folder) => [[folder, inRoot('dist/web')]],
    failure: 'The page cannot be built: see the messages above.',
  });
}

/**
 * Builds into a folder of its own and puts the result in place when it is whole, so that a server which runs from
 * this checkout meanwhile finds the old files or the new ones.
 */
async function build(say, { name, inputs, output, tool, place, failure }) {
  const stamp = stampOf(name);
  const print = fingerprint(inputs);
  if (stamp.matches(print) && existsSync(inRoot(output))) return 'up to date';
  say('building');
  const folder = path.join(localCache, 'build', name);
  rmSync(folder, { recursive: true, force: true });
  // Whatever the shell around says: with another value the page would carry React's development version.
  await run(projectNode(), tool(folder), { say, failure, env: { ...process.env, NODE_ENV: 'production' } });
  mkdirSync(inRoot('dist'), { recursive: true });
  for (const [from, to] of place(folder)) {
    rmSync(to, { recursive: true, force: true });
    renameSync(from, to);
  }
  stamp.write(print);
  return 'built';
}
