import { Agent, request } from 'node:http';
import { randomUUID } from 'node:crypto';
import { apiBase, routes, type RouteName } from '../../src/protocol/rest.ts';
import { errorStatus } from '../../src/protocol/errors.ts';
import { RestServer, type Person } from '../../test/support/RestServer.ts';
import { randomOf, type Random } from '../../test/support/random.ts';
import { hostileText, hostileValue, spoil } from './hostile.ts';

export interface RestResult {
  requests: number;
  /** Status -> how many answers. */
  answers: Record<string, number>;
  worstMs: number;
  /** What no request may bring about, with the seed that repeats it. */
  broken: string[];
}

const names = Object.keys(routes) as RouteName[];
const atOnce = 16;
const maxMs = 2000;
const codes = new Set<string>(Object.keys(errorStatus));

interface Attempt {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/**
 * Sends spoiled requests to every REST route, signed in as a member, as an administrator or as nobody. Every one must be
 * answered in its form, soon, and never by a fault of the server; somebody who does nothing must find his things as
 * they were.
 *
 * @param seed - The first request's; the others follow it.
 */
export async function fuzzRest(count: number, seed: number): Promise<RestResult> {
  const server = await RestServer.start();
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const result: RestResult = { requests: count, answers: {}, worstMs: 0, broken: [] };
  const unhandled = (reason: unknown): void => void result.broken.push(`unhandled: ${String(reason)}`);
  process.on('unhandledRejection', unhandled);
  try {
    const [mallory, victim] = [await server.register('mallory'), await server.register('victim')];
    const { call } = await server.ok('startCall', { token: victim.token, body: { call_type: 'video' } });
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < count && result.broken.length < 20) {
        const own = seed + next;
        next += 1;
        const attempt = attemptOf(randomOf(own), mallory, call.id);
        const fault = await send(server, agent, attempt, result).catch((error: unknown) => String(error));
        if (fault) result.broken.push(`seed ${own}: ${attempt.method} ${attempt.path.slice(0, 80)}: ${fault}`);
        // The log of so many requests is not needed, and would be most of the memory.
        if (server.log.length > 1000) server.log.splice(0);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    await server.ok('me', { token: victim.token });
    const { calls } = await server.ok('activeCalls', { token: victim.token });
    if (calls[0]?.id !== call.id || calls.length !== 1) result.broken.push('somebody else’s call is not as it was');
    if ((Object.prototype as { isAdmin?: boolean }).isAdmin !== undefined)
      result.broken.push('the prototype is polluted');
  } finally {
    agent.destroy();
    await server.close();
    process.off('unhandledRejection', unhandled);
  }
  return result;
}

function attemptOf(random: Random, mallory: Person, callId: string): Attempt {
  const name = random.pick(names);
  const route = routes[name];
  const path = route.path.replace(/:(\w+)/g, () => encodeURIComponent(paramOf(random, callId)));
  const query =
    random.below(3) === 0
      ? `?${random.pick(['limit', 'cursor', 'query', 'x'])}=${encodeURIComponent(paramOf(random, callId))}`
      : '';
  const others = ['get', 'post', 'delete', 'put', 'options', 'head'];
  const method = random.below(8) === 0 ? random.pick(others) : route.method;
  const types = [
    'application/json',
    'application/json',
    'application/json',
    'text/plain',
    'application/json; charset=utf-7',
    '',
  ];
  const contentType = random.pick(types);
  const headers: Record<string, string> = {
    ...(contentType !== '' && { 'content-type': contentType }),
    // Signing out and deleting would end the member's own session, as they should.
    ...(random.below(4) > 0 && name !== 'logout' && { authorization: `Bearer ${tokenOf(random, mallory)}` }),
    ...(random.below(20) === 0 && { origin: 'https://evil.example' }),
    ...(random.below(20) === 0 && {
      'x-forwarded-for': paramOf(random, callId)
        .replace(/[^\x20-\x7e]/g, '?')
        .slice(0, 200),
    }),
  };
  const dice = random.below(10);
  const body =
    dice === 0 ? hostileText(random) : dice === 1 ? undefined : JSON.stringify(spoil(goodBody(name, callId), random));
  return { method, path: `${apiBase}${path}${query}`, headers, body };
}

function tokenOf(random: Random, { token }: Person): string {
  if (random.below(10) > 0) return token;
  const [head = '', claims = '', signature = ''] = token.split('.');
  return random.pick([
    '',
    'x',
    `${head}.${claims}.`,
    `${head}..${signature}`,
    `${head}.${claims}.${signature}x`,
    `..`,
    'a.b.c',
  ]);
}

function paramOf(random: Random, callId: string): string {
  const value = hostileValue(random, 9);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A lone surrogate cannot be put into an address.
  return random.below(3) === 0 ? callId : text.toWellFormed().slice(0, 3000);
}

/** Most of what each route would take. */
function goodBody(name: RouteName, callId: string): unknown {
  const id = randomUUID();
  const bodies: Partial<Record<RouteName, unknown>> = {
    register: { username: `u${id.slice(0, 12)}`, email: `${id}@example.org`, password: 'short' },
    login: { login: 'victim', password: 'wrong' },
    refresh: { refresh_token: 'x'.repeat(43) },
    startCall: { callee: 'nobody-here', call_type: 'video', title: 'x' },
    endCall: { call_id: callId },
    letThemKnow: { callee: 'victim', call_type: 'video' },
    startNetworkCheck: { protocol: 'udp', fingerprint: 'AB'.repeat(32), ssrc: 1, payload_type: 96 },
    makeGuestLink: { valid_s: 300 },
    lookAtGuestLink: { link: 'x' },
    signInAsGuest: { link: 'x', name: 'x' },
    changePassword: { current_password: 'wrong', new_password: 'another one that is long' },
    changeEmail: { email: 'a@example.org', password: 'wrong' },
    deleteMe: { password: 'wrong' },
    adminSetStatus: { status: 'disabled' },
    adminEndCall: { call_id: callId },
    checkInvitation: { invitation: 'x'.repeat(43) },
    finishSingleSignOn: { code: 'x'.repeat(43) },
  };
  return bodies[name] ?? {};
}

/** @returns what is wrong with the answer, or null. */
function send(server: RestServer, agent: Agent, attempt: Attempt, result: RestResult): Promise<string | null> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const { method, path, headers, body } = attempt;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request(
      {
        host: '127.0.0.1',
        port: server.port,
        agent,
        method,
        path,
        headers: { ...headers, ...length },
        timeout: 10_000,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const ms = performance.now() - startMs;
          result.worstMs = Math.max(result.worstMs, ms);
          const status = response.statusCode ?? 0;
          result.answers[status] = (result.answers[status] ?? 0) + 1;
          resolve(faultOf(status, text, method, ms));
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    // Who has seen enough of a body answers and closes; that is an answer, unless nothing came.
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(null) : reject(error),
    );
    sent.end(body);
  });
}

function faultOf(status: number, text: string, method: string, ms: number): string | null {
  if (ms > maxMs) return `${Math.round(ms)} ms`;
  // Node refuses by itself, without a word, what is too long to be read.
  if (status === 431) return null;
  // 503 is how the server says that it has no media, or too many sign-ins wait.
  if (status >= 500 && status !== 503) return `status ${status}: ${text.slice(0, 200)}`;
  if (status < 400 || method === 'head' || method === 'options') return null;
  try {
    const { error } = JSON.parse(text) as { error: { code: string } };
    return codes.has(error.code) && error.code !== 'INTERNAL' ? null : `code ${error.code}`;
  } catch {
    return `status ${status} without an error’s form: ${text.slice(0, 100)}`;
  }
}
