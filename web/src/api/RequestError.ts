/**
 * A request that was refused or got no answer. `code` is one of the contract's error codes, or one of the page's own:
 * `NETWORK` (no connection), `TIMEOUT` (no answer in time), `DISCONNECTED` (the socket is away).
 */
export class RequestError extends Error {
  readonly code: string;
  readonly details: unknown;
  /** What the operator finds the request by in the log. */
  readonly requestId: string | null;

  constructor(code: string, message: string, options: { details?: unknown; requestId?: string | null } = {}) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.details = options.details;
    this.requestId = options.requestId ?? null;
  }
}

export function codeOf(error: unknown): string {
  return error instanceof RequestError ? error.code : 'UNKNOWN';
}

/** Whether asking again later may work without any change on our side. */
export function isTransient(error: unknown): boolean {
  return ['NETWORK', 'TIMEOUT', 'DISCONNECTED', 'UNAVAILABLE', 'CAPACITY', 'INTERNAL'].includes(codeOf(error));
}
