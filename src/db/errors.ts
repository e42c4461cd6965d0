import { QueryFailedError } from 'typeorm';
import { AppError } from '../errors.ts';

/** Seconds; a Postgres that was restarted is back within two. */
const retryAfterS = 2;

/**
 * SQLSTATE codes and codes of node's sockets that mean "not now": classes 08 (connection), 53 (resources) and 57P
 * (shutting down, starting), 57014 (statement timeout), 25P03 (idle in transaction too long).
 */
const unavailable =
  /^(08...|53...|57P..|57014|25P03|ECONNREFUSED|ECONNRESET|ENOENT|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH)$/;

/** pg raises these without any code. */
const unavailableText =
  /timeout exceeded when trying to connect|connection terminated|not queryable|pool after|query read timeout/i;

/** The database's own error below TypeORM's wrapper. */
function driverError(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

function field(error: unknown, name: 'code' | 'constraint'): string | undefined {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Turns a lost or overloaded database into AppError UNAVAILABLE and leaves every other error as it is. */
export function translate(error: unknown): unknown {
  const cause = driverError(error);
  const code = field(cause, 'code');
  const gone = code ? unavailable.test(code) : cause instanceof Error && unavailableText.test(cause.message);
  if (!gone) return error;
  return new AppError('UNAVAILABLE', 'The database does not answer. Please try again.', { retryAfterS, cause });
}

/** The name of the unique constraint or index that a statement ran against, or null for any other error. */
export function violatedKey(error: unknown): string | null {
  const cause = driverError(error);
  return field(cause, 'code') === '23505' ? (field(cause, 'constraint') ?? null) : null;
}
