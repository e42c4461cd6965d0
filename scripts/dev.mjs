#!/usr/bin/env node
/**
 * Runs the server and the page from their sources: the server starts again when a file changes, the page is changed
 * in the open browser. The page's address serves both.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createServer } from 'vite';
import { inRoot } from './setup/paths.mjs';

const HELP = `usage: npm run dev

Runs server and page from their sources and reloads what changes. The server listens on PORT (8000),
the page on PAGE_PORT (5173), which passes on to the server what is for it.`;

async function main() {
  const port = process.env.PORT || '8000';
  const target = `http://127.0.0.1:${port}`;
  const page = await createServer({
    root: inRoot('web'),
    logLevel: 'warn',
    server: {
      port: Number(process.env.PAGE_PORT || 5173),
      strictPort: true,
      proxy: { '/api': { target }, '/ws': { target, ws: true } },
    },
  });
  await page.listen();
  const server = spawn(
    inRoot('node_modules/.bin/tsx'),
    ['watch', '--clear-screen=false', '--include', 'config/*.yaml', 'src/main.ts'],
    { cwd: inRoot(), stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, PORT: port } },
  );
  // The server tells its own address, where an older build of the page is, if any.
  createInterface({ input: server.stdout }).on('line', (line) => {
    console.log(line.startsWith('Veritalk is ready') ? `Veritalk is ready: ${page.resolvedUrls.local[0]}` : line);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
  await once(server, 'close');
  await page.close();
}

if (process.argv.includes('--help')) console.log(HELP);
else await main();
