import { ConfigError, loadConfig } from './config.ts';
import { StartError } from './errors.ts';
import { createLogger, type Logger } from './logger.ts';
import { Server } from './Server.ts';

/**
 * Starts the server and stops it on SIGINT and SIGTERM: as soon as it can be stopped cleanly, and at once when asked a
 * second time. Standard output gets one line for people, the log is JSON.
 */
async function main(): Promise<void> {
  const config = loadConfig({ env: process.env, cwd: process.cwd() });
  const logger = createLogger(config.log.level);
  process.on('unhandledRejection', (reason) => {
    logger.error({ err: reason }, 'unhandled rejection');
  });
  const asked = stopAsked();
  const server = await Server.start({ config, logger });
  console.log(`Veritalk is ready: ${server.url}`);
  await asked;
  await stop(server, logger);
}

/** From the first moment on: a signal that comes while parts are starting must not be lost. */
async function stopAsked(): Promise<void> {
  await new Promise<void>((resolve) => {
    let times = 0;
    const handle = (): void => {
      times += 1;
      if (times > 1) process.exit(1);
      resolve();
    };
    process.on('SIGINT', handle);
    process.on('SIGTERM', handle);
  });
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
  console.error(isSentence(error) ? error.message : error);
  process.exit(1);
});
