import { z } from 'zod';
import { assessmentStatus, assurance, cause, unscoredReason } from './assessment.ts';
import { payloadType, sha256Fingerprint, uint32 } from './rtp.ts';
import {
  accountRoutes,
  adminRoutes,
  anyPassword,
  empty,
  newPassword,
  oneTimeToken,
  tokens,
  user,
  type Route,
} from './route.ts';
import {
  callStatus,
  callType,
  endReason,
  isoTime,
  mediaProtocol,
  peerRole,
  presence,
  roomId,
  username,
} from './values.ts';

export type { ManagedUser, Route, RunningCall, Tokens, User } from './route.ts';

/** The REST contract below `apiBase`: JSON, snake_case. One row a route; the server mounts nothing else. */
export const apiBase = '/api/v1';

const callPerson = z.strictObject({ id: z.uuid(), username: z.string(), full_name: z.string() });

export const call = z.strictObject({
  id: z.uuid(),
  room_id: roomId,
  caller: callPerson,
  /** Null for a meeting by link. */
  callee: callPerson.nullable(),
  call_type: callType,
  title: z.string().nullable(),
  /** Whoever comes waits until the host lets him in. */
  lobby: z.boolean(),
  status: callStatus,
  /** The answer (a meeting: the first join); null before. */
  start_time: isoTime.nullable(),
  end_time: isoTime.nullable(),
  /** Seconds from start to end (so far: to now); 0 when never answered. */
  duration: z.int().min(0),
  end_reason: endReason.nullable(),
  created_at: isoTime,
  participant_count: z.int().min(0),
  /** `risk` if anybody ever was, else the worst of what was last seen of each participant; null: nobody was looked at. */
  security_status: assessmentStatus.nullable(),
});
export type Call = z.infer<typeof call>;

/** A guest (`role`) has an empty user name and a full name that nobody has verified. */
const participant = z.strictObject({
  user_id: z.uuid(),
  username: z.string(),
  full_name: z.string(),
  role: peerRole,
  joined_at: isoTime,
  left_at: isoTime.nullable(),
});

const score = z.number().min(0).max(1);

export const securityEntry = z.strictObject({
  user_id: z.uuid(),
  at: isoTime,
  status: assessmentStatus,
  assurance,
  reason: unscoredReason.nullable(),
  /** Null for the asker himself. One decimal. */
  risk: score.nullable(),
  confidence: score.nullable(),
  causes: z.array(cause),
});
export type SecurityEntry = z.infer<typeof securityEntry>;

export const qualityEntry = z.strictObject({
  user_id: z.uuid(),
  at: isoTime,
  /** 0 (unusable) to 10 (perfect). */
  score: z.number().min(0).max(10),
  bitrate_bps: z.int().min(0),
  loss: score,
  rtt_ms: z.int().min(0),
  freeze_s: z.number().min(0),
});

const chatEntry = z.strictObject({
  id: z.uuid(),
  /** Null for a guest. */
  user_id: z.uuid().nullable(),
  name: z.string(),
  at: isoTime,
  text: z.string(),
});
export type ChatEntry = z.infer<typeof chatEntry>;

const session = z.strictObject({
  id: z.uuid(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  created_at: isoTime,
  expires_at: isoTime,
  current: z.boolean(),
});

/** Text at the end of a guest link's address. */
const guestLinkText = z.string().min(1).max(128);

/** Where a guest link leads. */
const invitation = z.strictObject({
  room_id: roomId,
  title: z.string().nullable(),
  host: z.strictObject({ full_name: z.string() }),
  expires_at: isoTime,
});
export type Invitation = z.infer<typeof invitation>;

const guestLink = z.strictObject({
  id: z.uuid(),
  url: z.string(),
  created_at: isoTime,
  expires_at: isoTime,
  /** People who have signed in by it. */
  guest_count: z.int().min(0),
});
export type GuestLink = z.infer<typeof guestLink>;

/** Seconds for which a guest link may be good: 5 minutes to 30 days. */
const linkTtl = z.int().min(300).max(2_592_000);

const port = z.int().min(1).max(65535);
const networkPath = z.strictObject({
  protocol: mediaProtocol,
  address: z.string(),
  /** One port for each media worker, from the first to the last. */
  first_port: port,
  last_port: port,
});

/** The server's side of a network check (ICE-lite; the server is the DTLS server). */
const networkProbe = z.strictObject({
  protocol: mediaProtocol,
  ice: z.strictObject({ username_fragment: z.string(), password: z.string() }),
  candidates: z.array(z.strictObject({ foundation: z.string(), priority: z.int(), address: z.string(), port })),
  fingerprint: z.string(),
  /** Seconds after which the server closes it. */
  lasts_s: z.int(),
});
export type NetworkProbe = z.infer<typeof networkProbe>;

/** Letters that need only one to search by: Chinese, Japanese, Korean. */
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export const routes = {
  register: {
    method: 'post',
    path: '/auth/register',
    auth: 'none',
    params: empty,
    query: empty,
    body: z.strictObject({
      username,
      email: z.email().max(254),
      password: newPassword,
      full_name: z.string().trim().max(80).optional(),
      /** The secret of an invitation's link, where registration asks for one. */
      invitation: oneTimeToken.optional(),
    }),
    status: 201,
    response: tokens,
  },
  login: {
    method: 'post',
    path: '/auth/login',
    auth: 'none',
    params: empty,
    query: empty,
    body: z.strictObject({ login: z.string().min(1).max(254), password: anyPassword }),
    status: 200,
    response: tokens,
  },
  refresh: {
    method: 'post',
    path: '/auth/refresh',
    auth: 'none',
    params: empty,
    query: empty,
    body: z.strictObject({ refresh_token: z.string().min(1).max(4096).optional() }),
    status: 200,
    response: tokens,
  },
  logout: {
    method: 'post',
    path: '/auth/logout',
    auth: 'session',
    params: empty,
    query: empty,
    body: z.strictObject({ refresh_token: z.string().min(1).max(4096).optional() }),
    status: 204,
    response: z.void(),
  },
  me: {
    method: 'get',
    path: '/auth/me',
    auth: 'session',
    params: empty,
    query: empty,
    body: empty,
    status: 200,
    response: z.strictObject({ user }),
  },
  sessions: {
    method: 'get',
    path: '/auth/sessions',
    auth: 'session',
    params: empty,
    query: empty,
    body: empty,
    status: 200,
    response: z.strictObject({ sessions: z.array(session) }),
  },
  revokeSession: {
    method: 'delete',
    path: '/auth/sessions/:id',
    auth: 'session',
    params: z.strictObject({ id: z.uuid() }),
    query: empty,
    body: empty,
    status: 204,
    response: z.void(),
  },
  findUsers: {
    method: 'get',
    path: '/users',
    auth: 'session',
    params: empty,
    query: z.strictObject({
      query: z
        .string()
        .trim()
        .min(1)
        .max(64)
        .refine((q) => q.length >= 3 || ideograph.test(q), 'at least three letters'),
    }),
    body: empty,
    status: 200,
    response: z.strictObject({
      users: z.array(z.strictObject({ id: z.uuid(), username: z.string(), full_name: z.string(), presence })),
    }),
  },
  startCall: {
    method: 'post',
    path: '/calls/start',
    auth: 'session',
    params: empty,
    query: empty,
    body: z.strictObject({
      /** Username or uuid; absent for a meeting by link. */
      callee: z.string().min(2).max(64).optional(),
      call_type: callType,
      title: z.string().trim().min(1).max(120).optional(),
      /** Everybody but the host waits to be let in; for meetings by link only. */
      lobby: z.boolean().optional(),
    }),
    status: 201,
    response: z.strictObject({ call, room_id: roomId, join_url: z.string() }),
  },
  endCall: {
    method: 'post',
    path: '/calls/end',
    auth: 'session',
    params: empty,
    query: empty,
    body: z.strictObject({ call_id: z.uuid() }),
    status: 200,
    response: z.strictObject({ call }),
  },
  activeCalls: {
    method: 'get',
    path: '/calls/active',
    auth: 'session',
    params: empty,
    query: empty,
    body: empty,
    status: 200,
    response: z.strictObject({ calls: z.array(call) }),
  },
  callHistory: {
    method: 'get',
    path: '/calls/history',
    auth: 'session',
    params: empty,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      cursor: z.string().min(1).max(128).optional(),
    }),
    body: empty,
    status: 200,
    response: z.strictObject({ calls: z.array(call), next_cursor: z.string().nullable() }),
  },
  callDetails: {
    method: 'get',
    path: '/calls/:id',
    auth: 'session',
    params: z.strictObject({ id: z.uuid() }),
    query: empty,
    body: empty,
    status: 200,
    response: z.strictObject({
      call,
      participants: z.array(participant),
      security_timeline: z.array(securityEntry),
      quality_timeline: z.array(qualityEntry),
      /** What was written in the call, oldest first; of very many messages the last 2,000. */
      chat: z.array(chatEntry),
    }),
  },
  /** Where the server takes media. Answering it is the signalling part of the network test. */
  networkCheck: {
    method: 'get',
    path: '/network-check',
    auth: 'session',
    params: empty,
    query: empty,
    body: empty,
    status: 200,
    response: z.strictObject({ paths: z.array(networkPath) }),
  },
  /** Opens a transport for one protocol, to which the page sends a little video for some seconds. */
  startNetworkCheck: {
    method: 'post',
    path: '/network-check',
    auth: 'session',
    params: empty,
    query: empty,
    body: z.strictObject({
      protocol: mediaProtocol,
      /** Of the page's DTLS certificate. */
      fingerprint: sha256Fingerprint,
      ssrc: uint32,
      payload_type: payloadType,
    }),
    status: 201,
    response: networkProbe,
  },
  /** Tells somebody who is in a call that the asker called; refused when he is free, since then one can call him. */
  letThemKnow: {
    method: 'post',
    path: '/calls/notice',
    auth: 'session',
    params: empty,
    query: empty,
    body: z.strictObject({ callee: z.string().min(2).max(64), call_type: callType }),
    status: 204,
    response: z.void(),
  },
  makeGuestLink: {
    method: 'post',
    path: '/calls/:id/guest-links',
    auth: 'session',
    params: z.strictObject({ id: z.uuid() }),
    query: empty,
    body: z.strictObject({ valid_s: linkTtl.default(86_400) }),
    status: 201,
    response: z.strictObject({ link: guestLink }),
  },
  guestLinks: {
    method: 'get',
    path: '/calls/:id/guest-links',
    auth: 'session',
    params: z.strictObject({ id: z.uuid() }),
    query: empty,
    body: empty,
    status: 200,
    response: z.strictObject({ links: z.array(guestLink) }),
  },
  revokeGuestLink: {
    method: 'delete',
    path: '/calls/:id/guest-links/:link',
    auth: 'session',
    params: z.strictObject({ id: z.uuid(), link: z.uuid() }),
    query: empty,
    body: empty,
    status: 204,
    response: z.void(),
  },
  /** By POST, so that the link stands in no log of addresses. */
  lookAtGuestLink: {
    method: 'post',
    path: '/guests/look',
    auth: 'none',
    params: empty,
    query: empty,
    body: z.strictObject({ link: guestLinkText }),
    status: 200,
    response: z.strictObject({ invitation }),
  },
  /** The access token opens a socket for this one call and nothing else. */
  signInAsGuest: {
    method: 'post',
    path: '/guests',
    auth: 'none',
    params: empty,
    query: empty,
    body: z.strictObject({ link: guestLinkText, name: z.string().trim().min(1).max(64) }),
    status: 201,
    response: z.strictObject({
      guest: z.strictObject({ id: z.uuid(), full_name: z.string() }),
      invitation,
      access_token: z.string(),
      token_type: z.literal('Bearer'),
      expires_in: z.int(),
    }),
  },
  ...accountRoutes,
  ...adminRoutes,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
export type RouteParams<N extends RouteName> = z.output<(typeof routes)[N]['params']>;
export type RouteQuery<N extends RouteName> = z.output<(typeof routes)[N]['query']>;
export type RouteQueryInput<N extends RouteName> = z.input<(typeof routes)[N]['query']>;
export type RouteBody<N extends RouteName> = z.output<(typeof routes)[N]['body']>;
export type RouteResponse<N extends RouteName> = z.output<(typeof routes)[N]['response']>;

export interface ErrorBody {
  error: { code: string; message: string; details?: unknown };
  request_id: string;
}
