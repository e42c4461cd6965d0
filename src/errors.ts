import { errorStatus, type ErrorCode } from './protocol/errors.ts';

/**
 * A failure that its asker should hear of: a stable code and a message for people.
 * Anything else that is thrown is a fault of ours; the edges answer `INTERNAL` and log it.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  /** Seconds after which trying again makes sense (HTTP Retry-After). */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: unknown; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}

/** The server cannot start. The message is one sentence for whoever runs it: what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A foreign and a missing object get the same answer, so that ids cannot be probed. */
export function notFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such thing here.');
}

/** For the end of an exhaustive switch. */
export function assertUnreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
