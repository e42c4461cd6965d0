import { apiBase, type ErrorBody, type Tokens } from '../../src/protocol/rest.ts';

export interface Credentials {
  username: string;
  password: string;
  fullName: string;
}

/** A signed-in account of a Veritalk server, over its REST interface as for any other client. */
export class Account {
  readonly #url: string;
  #tokens: Tokens;

  /** Signs in, and registers before that if there is no such account. @throws Error with the server's words. */
  static async open(url: string, { username, password, fullName }: Credentials): Promise<Account> {
    const signedIn = await post(url, '/auth/login', { login: username, password });
    if (signedIn.ok) return new Account(url, (await signedIn.json()) as Tokens);
    const email = `${username}@demo.invalid`;
    const registered = await post(url, '/auth/register', { username, email, password, full_name: fullName });
    if (!registered.ok) throw await failure(registered);
    return new Account(url, (await registered.json()) as Tokens);
  }

  private constructor(url: string, tokens: Tokens) {
    this.#url = url;
    this.#tokens = tokens;
  }

  get userId(): string {
    return this.#tokens.user.id;
  }

  get accessToken(): string {
    return this.#tokens.access_token;
  }

  /** Seconds for which a new access token is valid. */
  get expiresInS(): number {
    return this.#tokens.expires_in;
  }

  /** @throws Error when the session is over. */
  async renew(): Promise<void> {
    const response = await post(this.#url, '/auth/refresh', { refresh_token: this.#tokens.refresh_token });
    if (!response.ok) throw await failure(response);
    this.#tokens = (await response.json()) as Tokens;
  }
}

async function post(url: string, path: string, body: object): Promise<Response> {
  return fetch(url + apiBase + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function failure(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => null)) as ErrorBody | null;
  return new Error(body?.error.message ?? `the server answered ${String(response.status)}`);
}
