import type { Accounts, Identity } from '../auth/Accounts.ts';
import { cleanText } from '../auth/names.ts';
import type { SingleSignOn } from '../auth/SingleSignOn.ts';
import type { ClientInfo } from '../auth/stores.ts';
import type { Guests } from '../auth/Guests.ts';
import type { Calls } from '../calls/Calls.ts';
import { AppError, notFound } from '../errors.ts';
import { toNetworkPath, toNetworkProbe, type NetworkChecks } from './networkChecks.ts';
import type { routes, RouteBody, RouteName, RouteParams, RouteQuery, RouteResponse } from '../protocol/rest.ts';
import { createAccountHandlers, createAdminHandlers, type Health } from './accountHandlers.ts';
import {
  toCall,
  toCallDetails,
  toGuestLink,
  toInvitation,
  toPerson,
  toSession,
  toTokens,
  toUser,
} from './presenters.ts';

/** A request that has passed its route's schemas and, where the route asks for it, its session. */
export interface RouteRequest<N extends RouteName> {
  params: RouteParams<N>;
  query: RouteQuery<N>;
  body: RouteBody<N>;
  identity: (typeof routes)[N]['auth'] extends 'none' ? null : Identity;
  client: ClientInfo;
  /** Origin under which the asker reached us, such as https://calls.example.org. */
  origin: string;
  /** The refresh token of the asker's cookie, which only https connections have. */
  cookieToken: string | null;
}

export type Handler<N extends RouteName> = (request: RouteRequest<N>) => Promise<RouteResponse<N>>;
export type Handlers = { [N in RouteName]: Handler<N> };

/** What http/ needs of calls. */
export type CallsForHttp = Pick<
  Calls,
  'start' | 'end' | 'presenceOf' | 'checkHost' | 'letKnow' | 'running' | 'endAsAdministrator'
> & {
  readonly store: Pick<Calls['store'], 'active' | 'history' | 'details'>;
};

/** One handler for each row of the table in `protocol/rest.ts`. */
export function createHandlers(
  accounts: Accounts,
  guests: Guests,
  calls: CallsForHttp,
  networkChecks: NetworkChecks,
  health: () => Promise<Health>,
  sso: SingleSignOn | null,
): Handlers {
  return {
    ...createAccountHandlers(accounts, sso),
    ...createAdminHandlers(accounts, calls, health),

    register: async ({ body: { full_name: fullName, ...account }, client }) =>
      toTokens(await accounts.register({ ...account, fullName }, client)),

    login: async ({ body, client }) => toTokens(await accounts.login(body.login, body.password, client)),

    refresh: async ({ body, client, cookieToken }) => {
      const token = body.refresh_token ?? cookieToken;
      if (token === null) throw new AppError('UNAUTHENTICATED', 'Please sign in.');
      return toTokens(await accounts.refresh(token, client));
    },

    // The session that ends is the access token's. A refresh token in the body is accepted, but nobody else's session
    // can be ended with it.
    logout: async ({ identity }) => accounts.logout(identity),

    me: async ({ identity }) => ({ user: toUser(identity.user) }),

    sessions: async ({ identity }) => {
      const sessions = await accounts.listSessions(identity);
      return { sessions: sessions.map((session) => toSession(session, identity.sessionId)) };
    },

    revokeSession: async ({ identity, params }) => accounts.revokeSession(identity, params.id),

    findUsers: async ({ identity, query }) => {
      const people = await accounts.searchUsers(query.query, identity.user.id);
      return { users: people.map((person) => ({ ...toPerson(person), presence: calls.presenceOf(person.id) })) };
    },

    startCall: async ({ identity, body, origin }) => {
      const { id, username, fullName } = identity.user;
      const callee = body.callee === undefined ? null : await accounts.findUser(body.callee);
      if (body.callee !== undefined && callee === null) throw notFound();
      const record = await calls.start({
        caller: { id, username, fullName },
        callee,
        callType: body.call_type,
        title: cleanText(body.title ?? '') || null,
        lobby: body.lobby ?? false,
      });
      const call = toCall(record, new Date());
      return { call, room_id: call.room_id, join_url: `${origin}/m/${call.room_id}` };
    },

    endCall: async ({ identity, body }) => ({
      call: toCall(await calls.end(body.call_id, identity.user.id), new Date()),
    }),

    activeCalls: async ({ identity }) => {
      const records = await calls.store.active(identity.user.id);
      return { calls: records.map((record) => toCall(record, new Date())) };
    },

    callHistory: async ({ identity, query }) => {
      const page = await calls.store.history(identity.user.id, query.limit, query.cursor);
      return { calls: page.calls.map((record) => toCall(record, new Date())), next_cursor: page.nextCursor };
    },

    callDetails: async ({ identity, params }) => {
      const details = await calls.store.details(params.id, identity.user.id);
      if (!details) throw notFound();
      return toCallDetails(details, identity.user.id, new Date());
    },

    networkCheck: async () => ({ paths: networkChecks.paths.map(toNetworkPath) }),

    startNetworkCheck: async ({ identity, body: { payload_type: payloadType, ...body } }) =>
      toNetworkProbe(body.protocol, await networkChecks.open({ ...body, payloadType, userId: identity.user.id })),

    letThemKnow: async ({ identity, body }) => {
      const { id, username, fullName } = identity.user;
      const callee = await accounts.findUser(body.callee);
      if (callee === null) throw notFound();
      calls.letKnow({ id, username, fullName }, callee, body.call_type);
    },

    makeGuestLink: async ({ identity, params, body, origin }) => {
      await calls.checkHost(params.id, identity.user.id);
      return { link: toGuestLink(await guests.makeLink(params.id, identity.user.id, body.valid_s), origin) };
    },

    guestLinks: async ({ identity, params, origin }) => {
      await calls.checkHost(params.id, identity.user.id);
      return { links: (await guests.links(params.id)).map((link) => toGuestLink(link, origin)) };
    },

    revokeGuestLink: async ({ identity, params }) => {
      await calls.checkHost(params.id, identity.user.id);
      await guests.revokeLink(params.id, params.link);
    },

    lookAtGuestLink: async ({ body, client }) => ({ invitation: toInvitation(await guests.look(body.link, client)) }),

    signInAsGuest: async ({ body, client }) => {
      const { guest, call, accessToken, expiresInS } = await guests.signIn(body.link, body.name, client);
      return {
        guest: { id: guest.id, full_name: guest.fullName },
        invitation: toInvitation(call),
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: expiresInS,
      };
    },
  };
}
