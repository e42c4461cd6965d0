/**
 * npm run demo [-- --frozen | --loop | --swap]: a Veritalk server to try alone. A colleague is online who answers calls
 * with a picture that is drawn live; the variants make the server raise its hand.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '../src/config.ts';
import { StartError } from '../src/errors.ts';
import { createLogger } from '../src/logger.ts';
import { Server } from '../src/Server.ts';
import { Account, type Credentials } from './demo/Account.ts';
import { openCamera, variants, type Variant } from './demo/camera.ts';
import { Colleague } from './demo/Colleague.ts';

const HELP = `usage: npm run demo [-- VARIANT]

Starts a server on this machine with a colleague who answers calls. VARIANT is
  --frozen   the picture stops after some seconds
  --loop     a few seconds of film are shown over and over
  --swap     after a while another person sits there
Without one, the picture is live and never repeats.

Environment: as for npm start; HOST is 127.0.0.1 and DATA_DIR .cache/demo unless they are set.`;

const TELLS: Record<Variant, string> = {
  live: 'The picture is drawn live: it should say "No concerns" after some seconds.',
  frozen: 'After 5 seconds the picture stops: it should say "Risk" within 20 seconds of that.',
  loop: 'The picture repeats every 6 seconds.',
  swap: 'After 20 seconds somebody else sits there: the security panel should say that the face has changed.',
};

/** Server and colleague share a process and nothing else: the colleague comes in by REST and socket, as anybody would. */
async function main(variant: Variant): Promise<void> {
  const defaults = { HOST: '127.0.0.1', ANNOUNCED_ADDRESS: '127.0.0.1', LOG_LEVEL: 'warn', DATA_DIR: '.cache/demo' };
  const config = loadConfig({ env: { ...defaults, ...process.env }, cwd: process.cwd() });
  const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const server = await Server.start({ config, logger: createLogger(config.log.level) });
  try {
    const [robin, visitor] = await accounts(config.dataDir);
    await Account.open(server.url, visitor);
    const account = await Account.open(server.url, robin);
    const colleague = await Colleague.goOnline(server.url, account, () => openCamera(variant));
    tell(server.url, robin, visitor, variant);
    await asked;
    await colleague.close();
  } finally {
    await server.close();
  }
}

function tell(url: string, robin: Credentials, visitor: Credentials, variant: Variant): void {
  console.log(`Veritalk is ready: ${url}

  1. Open ${url} and sign in: ${visitor.username}, password ${visitor.password}
  2. Call ${robin.username}. The colleague answers after a moment.
  3. Look at the plate on the picture, and at the security panel (key I).
     ${TELLS[variant]}

Ctrl+C stops everything.`);
}

/** Made once, kept with the data: passwords that everybody knows would be open doors. */
async function accounts(dataDir: string): Promise<[robin: Credentials, visitor: Credentials]> {
  const file = join(dataDir, 'demo-accounts.json');
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return JSON.parse(kept) as [Credentials, Credentials];
  const made: [Credentials, Credentials] = [
    { username: 'robin', password: randomBytes(12).toString('base64url'), fullName: 'Robin (demo)' },
    { username: 'demo', password: randomBytes(12).toString('base64url'), fullName: 'Demo visitor' },
  ];
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

const wanted = process.argv.slice(2);
const variant = wanted.length === 0 ? 'live' : variants.find((name) => wanted[0] === `--${name}`);
if (variant === undefined || wanted.length > 1) {
  console.log(HELP);
  process.exitCode = wanted[0] === '--help' ? 0 : 1;
} else {
  main(variant).catch((error: unknown) => {
    console.error(error instanceof ConfigError || error instanceof StartError ? error.message : error);
    process.exit(1);
  });
}
