import type { ErrorRequestHandler, Response } from 'express';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ErrorBody } from '../protocol/rest.ts';

/** Codes of body-parser and Express, both of which throw errors with a status. */
function fromLibrary(error: unknown): AppError | null {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
  switch (status) {
    case 400:
      return new AppError('VALIDATION', 'The request cannot be read.', { cause: error });
    case 413:
      return new AppError('PAYLOAD_TOO_LARGE', 'The body is too large.', { cause: error });
    case 415:
      return new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON in UTF-8.', { cause: error });
    default:
      return null;
  }
}

/** Turns every error into `{error: {code, message}, request_id}`; what we did not expect is logged and told to nobody. */
export function createErrorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const expected = error instanceof AppError ? error : fromLibrary(error);
    const requestId = requestIdOf(response);
    if (!expected) logger.error({ err: error, requestId, method: request.method }, 'request failed');
    // Express then closes the connection: half an answer is out already.
    if (response.headersSent) return next(error);
    sendError(response, expected ?? new AppError('INTERNAL', 'Something went wrong on our side.'));
  };
}

export function requestIdOf(response: Response): string {
  return String(response.getHeader('X-Request-Id'));
}

function sendError(response: Response, error: AppError): void {
  const { code, message, details, retryAfterS, status } = error;
  // The rest of such a body is not read.
  if (status === 413) response.set('Connection', 'close');
  if (retryAfterS !== undefined) response.set('Retry-After', String(retryAfterS));
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  const body: ErrorBody = {
    error: details === undefined ? { code, message } : { code, message, details },
    request_id: requestIdOf(response),
  };
  response.status(status).json(body);
}
