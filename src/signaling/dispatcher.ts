import { allowedStates, guestsMay, hostOnly } from '../calls/states.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { parseForeign } from '../protocol/parseForeign.ts';
import { requests, type Ack, type RequestData, type RequestName, type ResponseData } from '../protocol/signaling.ts';
import type { SocketConnection } from './SocketConnection.ts';

export type Handler<N extends RequestName> = (
  connection: SocketConnection,
  data: RequestData<N>,
) => Promise<ResponseData<N>> | ResponseData<N>;

/** One handler a request: a missing one does not compile. */
export type Handlers = { readonly [N in RequestName]: Handler<N> };

/** Told of every request when it is answered: its name, `ok` or the error's code, milliseconds. */
export type ObserveRequest = (request: string, outcome: string, ms: number) => void;

/** Requests whose answer is the state of a call. */
const entering: ReadonlySet<string> = new Set<RequestName>(['join', 'answerCall']);

/** Refused for haste this often without a pause: the connection is closed. */
const maxStrikes = 100;

/**
 * Takes every message of a connection through the same steps: rate, schema, state, role, handler, ack. Nothing that
 * a client sends can throw past it, and every message that asks for an answer gets one.
 */
export function dispatch(
  connection: SocketConnection,
  handlers: Handlers,
  logger: Logger,
  observe: ObserveRequest = () => undefined,
): void {
  connection.socket.onAny((event: string, ...args: unknown[]) => {
    const startMs = performance.now();
    const told = (outcome: string): void =>
      observe(isRequest(event) ? event : 'unknown', outcome, performance.now() - startMs);
    const last = args.at(-1);
    const release = entering.has(event) ? connection.holdNotices() : () => undefined;
    const ack = (answered: Ack<unknown>): void => {
      if (typeof last === 'function') (last as (answer: Ack<unknown>) => void)(answered);
      release();
    };
    answer(connection, handlers, event, args[0]).then(
      (data) => {
        ack({ ok: true, data });
        told('ok');
      },
      (error: unknown) => {
        const described = describe(error, event, logger);
        ack({ ok: false, error: described });
        told(described.code);
      },
    );
  });
}

async function answer(
  connection: SocketConnection,
  handlers: Handlers,
  event: string,
  payload: unknown,
): Promise<unknown> {
  takeTurn(connection);
  if (!isRequest(event)) throw new AppError('VALIDATION', 'There is no such request.');
  return run(connection, handlers, event, payload);
}

async function run<N extends RequestName>(
  connection: SocketConnection,
  handlers: Handlers,
  name: N,
  payload: unknown,
): Promise<ResponseData<N>> {
  const parsed = parseForeign<unknown>(requests[name].data, payload);
  if (!parsed.success) {
    throw new AppError('VALIDATION', 'The request is not in its form.', { details: detailsOf(parsed.issues) });
  }
  if (!allowedStates[name].includes(connection.state)) {
    throw connection.state === 'idle'
      ? new AppError('NOT_JOINED', 'You are not in a call.')
      : new AppError('FORBIDDEN', 'This cannot be done now.');
  }
  if (connection.signedIn.guest && !guestsMay.has(name)) {
    throw new AppError('FORBIDDEN', 'Guests cannot do this.');
  }
  if (hostOnly.has(name) && connection.place?.peer.role !== 'host') {
    throw new AppError('FORBIDDEN', 'Only a host may do this.');
  }
  return handlers[name](connection, parsed.data as RequestData<N>);
}

function isRequest(event: string): event is RequestName {
  return Object.hasOwn(requests, event);
}

function takeTurn(connection: SocketConnection): void {
  if (connection.requestRate.take(Date.now())) {
    connection.strikes = 0;
    return;
  }
  connection.strikes += 1;
  if (connection.strikes > maxStrikes) connection.socket.disconnect(true);
  throw new AppError('RATE_LIMITED', 'Too many requests.', { retryAfterS: 1 });
}

function detailsOf(issues: readonly { path: PropertyKey[]; message: string }[]): unknown {
  return issues.slice(0, 5).map(({ path, message }) => ({ path: path.map(String).slice(0, 8), message }));
}

function describe(error: unknown, event: string, logger: Logger): { code: string; message: string; details?: unknown } {
  if (error instanceof AppError) {
    const { code, message, details } = error;
    return details === undefined ? { code, message } : { code, message, details };
  }
  logger.error({ err: error, event: event.slice(0, 64) }, 'socket request failed');
  return { code: 'INTERNAL', message: 'That did not work.' };
}
