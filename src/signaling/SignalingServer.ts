import type { Server as HttpServer } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { Server } from 'socket.io';
import { isAllowedOrigin } from '../auth/origins.ts';
import type { Calls } from '../calls/Calls.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import {
  socketPath,
  type ClientToServerEvents,
  type Person,
  type ServerToClientEvents,
} from '../protocol/signaling.ts';
import { dispatch, type ObserveRequest } from './dispatcher.ts';
import { createHandlers } from './handlers.ts';
import { SocketConnection, type SignedIn, type VeritalkSocket } from './SocketConnection.ts';

/** What the sockets ask of the accounts. */
export interface Authenticator {
  /** @throws AppError UNAUTHENTICATED, TOKEN_INVALID or TOKEN_EXPIRED. */
  authenticate(accessToken: string): Promise<SignedIn>;
  /** A member by his id. */
  findUser(userId: string): Promise<Person | null>;
}

export interface SignalingServerOptions {
  httpServer: HttpServer;
  authenticator: Authenticator;
  calls: Calls;
  logger: Logger;
  observe?: ObserveRequest;
  /** Which pages may connect. */
  server: Parameters<typeof isAllowedOrigin>[2];
}

/** Messages above this are refused by closing the socket; the largest honest one, `produce`, has about 6 kB. */
const maxMessageBytes = 64 * 1024;
/** A page that is there answers every one of these. */
const pingIntervalMs = 1_500;
const pingTimeoutMs = 11_500;
/**
 * Without a sign of life for this long a page counts as gone for those who watch its user's presence: two pings, and
 * within 5 s with the time between two looks. Its connection is given up later, since networks stall for seconds.
 */
const silentAfterMs = 4_000;
const silenceCheckMs = 500;
const connectTimeoutMs = 10_000;
/** Time after the access token's end in which a page may still bring a new one. */
const expiryGraceMs = 60_000;

/** The socket.io server: who may connect, and what happens when a connection comes and goes. */
export class SignalingServer {
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents>;
  readonly #options: SignalingServerOptions;
  readonly #connections = new Map<string, SocketConnection>();
  readonly #expiry = new Map<string, NodeJS.Timeout>();
  readonly #silent = new Set<SocketConnection>();
  readonly #silenceCheck: NodeJS.Timeout;

  constructor(options: SignalingServerOptions) {
    this.#options = options;
    this.#io = new Server(options.httpServer, {
      path: socketPath,
      transports: ['websocket'],
      serveClient: false,
      perMessageDeflate: false,
      maxHttpBufferSize: maxMessageBytes,
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      connectTimeout: connectTimeoutMs,
      allowRequest: (request, decide) => {
        // CORS does not protect WebSockets, so the origin is checked here.
        const secure = (request.socket as Partial<TLSSocket>).encrypted === true;
        decide(null, request.headers.origin !== undefined && isAllowedOrigin(request.headers, secure, options.server));
      },
    });
    const handlers = createHandlers({
      calls: options.calls,
      findUser: (userId) => options.authenticator.findUser(userId),
      reauthenticate: (connection, token) => this.#reauthenticate(connection, token),
    });
    this.#io.use((socket, next) => {
      this.#signIn(socket).then(
        () => {
          next();
        },
        (error: unknown) => {
          next(connectError(error));
        },
      );
    });
    this.#silenceCheck = setInterval(() => this.#watchSilence(), silenceCheckMs);
    this.#io.on('connection', (socket) => {
      const connection = this.#connections.get(socket.id);
      if (!connection) {
        socket.disconnect(true);
        return;
      }
      dispatch(connection, handlers, options.logger, options.observe);
      this.#handleConnection(connection);
    });
  }

  /** Ends every connection of a session that is over, and whatever it sends. */
  closeSession(sessionId: string): void {
    for (const connection of this.#connections.values()) {
      if (connection.sessionId !== sessionId) continue;
      connection.revoked = true;
      connection.notify('sessionRevoked', {});
    }
    this.#options.calls.endSession(sessionId);
    for (const connection of this.#connections.values()) {
      if (connection.sessionId !== sessionId) continue;
      connection.place = null;
      connection.socket.disconnect(true);
    }
  }

  /** Nobody comes in by a guest link any more: whoever came by it and is not in the call yet has to go. */
  turnAway(linkId: string): void {
    for (const connection of this.#connections.values()) {
      const { place } = connection;
      if (connection.signedIn.guest?.linkId !== linkId || place?.peer.present) continue;
      connection.notify('sessionRevoked', {});
      connection.place = null;
      if (place) void this.#options.calls.leave(place.call, place.peer);
      connection.socket.disconnect(true);
    }
  }

  /** Sessions of accounts that have a connection now; a guest has none in the database. */
  get accountSessionIds(): string[] {
    const ofAccounts = [...this.#connections.values()].filter(({ signedIn }) => signedIn.guest === null);
    return [...new Set(ofAccounts.map((connection) => connection.sessionId))];
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values()) connection.notify('serverDraining', {});
    for (const timer of this.#expiry.values()) clearTimeout(timer);
    clearInterval(this.#silenceCheck);
    await this.#io.close();
  }

  async #signIn(socket: VeritalkSocket): Promise<void> {
    const token: unknown = socket.handshake.auth.token;
    if (typeof token !== 'string') throw new AppError('UNAUTHENTICATED', 'Sign in first.');
    const signedIn = await this.#options.authenticator.authenticate(token);
    const connection = new SocketConnection(socket, signedIn);
    this.#connections.set(socket.id, connection);
    // A socket that closes during the handshake never gets as far as `connection`.
    socket.conn.once('close', () => this.#connections.delete(socket.id));
  }

  #handleConnection(connection: SocketConnection): void {
    const { calls, logger } = this.#options;
    const { socket } = connection;
    socket.on('error', (error: unknown) => {
      logger.warn({ err: error }, 'socket error');
    });
    socket.on('disconnect', () => {
      clearTimeout(this.#expiry.get(socket.id));
      this.#expiry.delete(socket.id);
      this.#connections.delete(socket.id);
      this.#silent.delete(connection);
      const { place } = connection;
      if (place) place.call.connectionLost(place.peer, connection.lastSeenAt);
      calls.disconnected(connection);
    });
    this.#watchExpiry(connection);
    calls.connected(connection);
  }

  #watchSilence(): void {
    const { calls } = this.#options;
    const sinceMs = Date.now() - silentAfterMs;
    for (const connection of this.#connections.values()) {
      const silent = connection.lastSeenAt.getTime() < sinceMs;
      if (silent === this.#silent.has(connection)) continue;
      if (silent) this.#silent.add(connection);
      else this.#silent.delete(connection);
      calls.setSilent(connection, silent);
    }
  }

  async #reauthenticate(connection: SocketConnection, accessToken: string): Promise<SignedIn> {
    const signedIn = await this.#options.authenticator.authenticate(accessToken);
    if (signedIn.user.id !== connection.userId) throw new AppError('FORBIDDEN', 'That is another account.');
    connection.signedIn = signedIn;
    if (connection.place) connection.place.peer.sessionId = signedIn.sessionId;
    this.#watchExpiry(connection);
    return signedIn;
  }

  #watchExpiry(connection: SocketConnection): void {
    const { socket, signedIn } = connection;
    clearTimeout(this.#expiry.get(socket.id));
    const leftMs = signedIn.expiresAt.getTime() - Date.now() + expiryGraceMs;
    const timer = setTimeout(
      () => {
        connection.notify('sessionRevoked', {});
        socket.disconnect(true);
      },
      Math.max(0, leftMs),
    );
    timer.unref();
    this.#expiry.set(socket.id, timer);
  }
}

/** socket.io hands `data` of a connect error to the client, and the message. */
function connectError(error: unknown): Error & { data: { code: string } } {
  const known = error instanceof AppError ? error : new AppError('INTERNAL', 'That did not work.');
  return Object.assign(new Error(known.message), { data: { code: known.code } });
}
