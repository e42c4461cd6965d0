import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RouteBody, RouteName, RouteResponse, Tokens, User } from '../../../src/protocol/rest.ts';
import { codeOf, isTransient, RequestError } from '../api/RequestError.ts';
import { callRoute, type CallOptions, type RouteInput } from '../api/rest.ts';
import { loadGuestPass, storeGuestPass, type GuestPass } from './guestPass.ts';

const storageKey = 'veritalk.refresh';
const lockName = 'veritalk.refresh';
/** An access token is renewed this long before it ends, ms. */
const renewBeforeMs = 60_000;

/** Who uses the page, as far as its screens show it; a guest's user name is empty. */
export type PageUser = Pick<User, 'id' | 'username' | 'full_name'>;

export type SessionState =
  | { status: 'restoring' | 'signed-out' | 'unreachable'; user: null }
  | { status: 'signed-in'; user: User }
  /** Without an account, in one meeting. */
  | { status: 'guest'; user: PageUser; roomId: string };

/**
 * Who is signed in on this page. The access token lives in memory only; the refresh token is in localStorage, shared
 * by all tabs and rotated under a lock, so that two tabs never send the same one at the same time.
 */
export class Session {
  readonly store: StoreApi<SessionState> = createStore<SessionState>(() => ({ status: 'restoring', user: null }));
  /** Told of every new access token, so that an open socket can be told in turn. */
  onAccessToken: (token: string) => void = () => {};

  #pass: GuestPass | null = null;
  #accessToken: string | null = null;
  #expiresAtMs = 0;
  #refreshing: Promise<string> | null = null;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    window.addEventListener('storage', (event) => {
      if (event.key === storageKey && event.newValue === null) this.#forget();
    });
  }

  /** Signs in again with the stored refresh token, if there is one. */
  async restore(): Promise<void> {
    this.#pass = loadGuestPass();
    if (this.#pass) return this.#acceptGuest(this.#pass);
    if (await this.#finishSingleSignOn()) return;
    if (localStorage.getItem(storageKey) === null) return this.#forget();
    try {
      await this.#refresh();
    } catch (error) {
      if (isTransient(error)) this.store.setState({ status: 'unreachable', user: null }, true);
    }
  }

  /** Back from the sign-in provider: the address holds a code that works once, and is cleaned of it. */
  async #finishSingleSignOn(): Promise<boolean> {
    const code = /^#sign-in=([\w-]+)$/.exec(location.hash)?.[1];
    if (code === undefined) return false;
    history.replaceState(null, '', location.pathname);
    try {
      this.#accept(await callRoute('finishSingleSignOn', { body: { code } }));
      return true;
    } catch {
      return false;
    }
  }

  async signIn(body: RouteBody<'login'>): Promise<void> {
    this.#accept(await callRoute('login', { body }));
  }

  async register(body: RouteBody<'register'>): Promise<void> {
    this.#accept(await callRoute('register', { body }));
  }

  /** Comes in by a guest link, with a name only. @throws RequestError */
  async enterAsGuest(link: string, name: string): Promise<void> {
    const answer = await callRoute('signInAsGuest', { body: { link, name } });
    const { guest, invitation } = answer;
    this.#pass = {
      token: answer.access_token,
      expiresAtMs: Date.now() + answer.expires_in * 1000,
      guestId: guest.id,
      name: guest.full_name,
      roomId: invitation.room_id,
      link,
    };
    storeGuestPass(this.#pass);
    this.#acceptGuest(this.#pass);
  }

  /** A guest goes; the answer is the link by which he came. */
  endGuest(): string | null {
    const link = this.#pass?.link ?? null;
    this.#pass = null;
    storeGuestPass(null);
    this.#forget();
    return link;
  }

  async signOut(): Promise<void> {
    const refreshToken = localStorage.getItem(storageKey);
    const accessToken = this.#accessToken;
    this.#forget();
    localStorage.removeItem(storageKey);
    if (accessToken === null) return;
    const body = refreshToken === null ? {} : { refresh_token: refreshToken };
    // The page has forgotten the session either way; the server's row ends by itself if this does not arrive.
    await callRoute('logout', { body }, { accessToken }).catch(() => undefined);
  }

  /** A valid access token, renewed first when it is about to end. */
  accessToken(): Promise<string> {
    if (this.#pass) return Promise.resolve(this.#pass.token);
    if (this.#accessToken !== null && Date.now() < this.#expiresAtMs - renewBeforeMs / 2) {
      return Promise.resolve(this.#accessToken);
    }
    return this.#refresh();
  }

  /** A new access token, whatever the old one's age. */
  renew(): Promise<string> {
    if (this.#pass) {
      // A guest's token is not renewed: one that is refused means that the meeting is over or the link revoked.
      this.endGuest();
      return Promise.reject(new RequestError('UNAUTHENTICATED', 'the invitation has ended'));
    }
    return this.#refresh();
  }

  /** Calls a route as the signed-in user; renews the token and asks once more when the server finds it outdated. */
  async request<N extends RouteName>(
    name: N,
    input: RouteInput<N>,
    options: Omit<CallOptions, 'accessToken'> = {},
  ): Promise<RouteResponse<N>> {
    if (this.#pass) throw new RequestError('FORBIDDEN', 'guests have no account');
    const accessToken = await this.accessToken();
    try {
      return await callRoute(name, input, { ...options, accessToken });
    } catch (error) {
      if (!['TOKEN_EXPIRED', 'TOKEN_INVALID', 'AUTH_EXPIRED', 'UNAUTHENTICATED'].includes(codeOf(error))) throw error;
      return await callRoute(name, input, { ...options, accessToken: await this.#refresh() });
    }
  }

  /** The account is called otherwise now. */
  userChanged(user: User): void {
    if (this.store.getState().status === 'signed-in') this.store.setState({ status: 'signed-in', user }, true);
  }

  /** The server has ended this session. */
  revoked(): void {
    localStorage.removeItem(storageKey);
    this.#forget();
  }

  #refresh(): Promise<string> {
    this.#refreshing ??= underLock(() => this.#rotate()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #rotate(): Promise<string> {
    const refreshToken = localStorage.getItem(storageKey);
    if (refreshToken === null) {
      this.#forget();
      throw new RequestError('UNAUTHENTICATED', 'signed out');
    }
    try {
      return this.#accept(await callRoute('refresh', { body: { refresh_token: refreshToken } }));
    } catch (error) {
      if (!isTransient(error) && codeOf(error) !== 'RATE_LIMITED') this.revoked();
      throw error;
    }
  }

  #accept(tokens: Tokens): string {
    localStorage.setItem(storageKey, tokens.refresh_token);
    this.#accessToken = tokens.access_token;
    this.#expiresAtMs = Date.now() + tokens.expires_in * 1000;
    clearTimeout(this.#renewal);
    // A socket lives longer than a token, so it is renewed even when no request asks for it.
    this.#renewal = setTimeout(() => void this.#refresh().catch(() => undefined), this.#renewInMs());
    const { user } = this.store.getState();
    if (user === null || JSON.stringify(user) !== JSON.stringify(tokens.user)) {
      this.store.setState({ status: 'signed-in', user: tokens.user }, true);
    }
    this.onAccessToken(tokens.access_token);
    return tokens.access_token;
  }

  #acceptGuest({ guestId, name, roomId }: GuestPass): void {
    const user = { id: guestId, username: '', full_name: name };
    this.store.setState({ status: 'guest', user, roomId }, true);
  }

  #renewInMs(): number {
    return Math.max(5_000, this.#expiresAtMs - Date.now() - renewBeforeMs);
  }

  #forget(): void {
    clearTimeout(this.#renewal);
    this.#accessToken = null;
    this.store.setState({ status: 'signed-out', user: null }, true);
  }
}

/** One tab at a time. Pages that are not a secure context have no locks; there two tabs may meet, which the server's grace period covers. */
function underLock<T>(task: () => Promise<T>): Promise<T> {
  // The cast repairs a declaration that has no answer type for asynchronous callbacks.
  return 'locks' in navigator ? navigator.locks.request(lockName, task) : task();
}
