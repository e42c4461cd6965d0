import { ConfigError, loadConfig } from './config.ts';
import { StartError } from './errors.ts';
import { createLogger, type Logger } from './logger.ts';
import { Server } from './Server.ts';

/** What is left to close after a second signal gets this long. */
const lastPatienceMs = 5000;

/**
 * Starts the server and stops it on SIGINT and SIGTERM. SIGTERM lets calls go on for as long as DRAIN_S says; a second
 * signal ends them, a third stops at once. Standard output gets one line for people, the log is JSON.
 */
async function main(): Promise<void> {
  const config = loadConfig({ env: process.env, cwd: process.cwd() });
  const logger = createLogger(config.log.level);
  process.on('unhandledRejection', (reason) => {
    logger.error({ err: reason }, 'unhandled rejection');
  });
  // Node would print all fields of the error, among them the values of a failed statement.
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
  const asked = stopAsked();
  const server = await Server.start({ config, logger });
  console.log(`Veritalk is ready: ${server.url}`);
  await asked.first;
  if (asked.signal === 'SIGTERM' && config.server.drainS > 0 && server.calls.inUse) {
    logger.info({ upToS: config.server.drainS }, 'waiting for the calls that run; a second signal ends them');
    await server.drain(config.server.drainS * 1000, asked.again);
  }
  await stop(server, logger);
}

interface Asked {
  /** Settles with the first signal. */
  first: Promise<null>;
  signal: NodeJS.Signals | null;
  /** Aborted by the second. */
  again: AbortSignal;
}

/** From the first moment on: a signal that comes while parts are starting must not be lost. */
function stopAsked(): Asked {
  const first = Promise.withResolvers<null>();
  const again = new AbortController();
  const asked: Asked = { first: first.promise, signal: null, again: again.signal };
  let times = 0;
  const handle = (signal: NodeJS.Signals): void => {
    times += 1;
    asked.signal ??= signal;
    if (times === 1) first.resolve(null);
    else if (times === 2) {
      again.abort();
      setTimeout(() => process.exit(1), lastPatienceMs).unref();
    } else process.exit(1);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return asked;
}

async function stop(server: Server, logger: Logger): Promise<void> {
  try {
    await server.close();
    process.exit(0);
  } catch (error) {
    logger.error({ err: error }, 'the server did not stop cleanly');
    process.exit(1);
  }
}

function isSentence(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof StartError;
}

main().catch((error: unknown) => {
  // What an operator can put right is one sentence; a fault of ours is told with its stack.
  if (isSentence(error)) console.error(error.message);
  else createLogger('fatal').fatal({ err: error }, 'the server could not start');
  process.exit(1);
});
