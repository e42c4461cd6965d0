import { EmbeddedPostgres } from '../db/EmbeddedPostgres.ts';
import { ConfigError, loadConfig, type Config } from '../config.ts';
import { AppError, StartError } from '../errors.ts';

/** A wrong command line: its message is shown with the usage. */
export class UsageError extends Error {}

/**
 * Runs a command for operators: its result or one sentence of what is wrong goes to the terminal.
 *
 * @param work - Gets the arguments and the configuration, which the server would have with the same environment.
 */
export function runCommand(usage: string, work: (args: string[], config: Config) => Promise<void>): void {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    return;
  }
  Promise.resolve()
    .then(() => work(args, loadConfig({ env: process.env, cwd: process.cwd() })))
    .catch((error: unknown) => {
      if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
      else if (isSentence(error)) console.error(error.message);
      // Only the stack: other fields of the error may hold the values of a failed statement.
      else console.error(error instanceof Error ? error.stack : error);
      process.exitCode = error instanceof UsageError ? 2 : 1;
    });
}

/**
 * Opens the server's database: the configured one; the embedded one of a server that runs; or else the embedded one,
 * started for as long as the command takes.
 */
export async function withDatabaseUrl<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  const running = config.database.url ?? (await EmbeddedPostgres.runningUrl(config.dataDir));
  if (running !== null) return work(running);
  const postgres = await EmbeddedPostgres.start({ dataDir: config.dataDir }).catch((error: unknown) => {
    throw error instanceof Error ? new StartError(error.message, { cause: error }) : error;
  });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.close();
  }
}

/** Takes `--name value` and `--flag` out of the arguments. What is left are the plain ones. */
export function takeOption(args: string[], name: string): string | null {
  const at = args.indexOf(`--${name}`);
  if (at < 0) return null;
  const [, value] = args.splice(at, 2);
  if (value === undefined || value.startsWith('--')) throw new UsageError(`--${name} needs a value.`);
  return value;
}

export function takeFlag(args: string[], name: string): boolean {
  const at = args.indexOf(`--${name}`);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

function isSentence(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof StartError || error instanceof AppError;
}
