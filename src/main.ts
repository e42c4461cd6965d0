import { ConfigError, loadConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { Server } from './Server.ts';

/** Starts the server and stops it on SIGINT and SIGTERM. Standard output gets one line for people, the log is JSON. */
async function main(): Promise<void> {
  const config = loadConfig({ env: process.env, cwd: process.cwd() });
  const logger = createLogger(config.log.level);
  process.on('unhandledRejection', (reason) => {
    logger.error({ err: reason }, 'unhandled rejection');
  });
  const server = await Server.start({ config, logger });
  console.log(`Veritalk is ready: ${server.url}`);
  const stop = (): void => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the server did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  // What an operator can put right is one sentence; a fault of ours is told with its stack.
  const known = error instanceof ConfigError || (error instanceof Error && error.name === 'StartError');
  console.error(known ? error.message : error);
  process.exit(1);
});
