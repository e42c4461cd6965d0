import { pino } from 'pino';

/** Where every part of the server writes: a static message, values in fields. `child` binds ids, never secrets. */
export type Logger = Pick<pino.Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & {
  child(bindings: Record<string, unknown>): Logger;
};

const secretName = /token|password|secret|authorization|cookie|api_?key/i;
const signedToken = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const maxDepth = 6;

/**
 * Makes the process's logger: one JSON line an entry on standard output, UTC times.
 * Fields whose name tells of a secret are replaced at any depth, signed tokens inside text as well.
 *
 * @param destination - Where lines go; for tests.
 */
export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    // `redactFields` has turned errors into plain fields already; pino's own serializer would rename them.
    serializers: { err: (value: unknown) => value },
  };
  return destination ? pino(options, destination) : pino(options);
}

function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secretName.test(name) ? '[redacted]' : redact(value, 1)]),
  );
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(signedToken, '[token]');
  if (value instanceof Error) return describeError(value, depth);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= maxDepth) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) ? '[redacted]' : redact(inner, depth + 1),
    ]),
  );
}

/** Only these fields: a database error also carries the statement's parameters, which may be a hash or a name. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: redact(error.message, depth),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: redact(error.stack ?? '', depth),
    ...(error.cause instanceof Error && depth < maxDepth ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}
