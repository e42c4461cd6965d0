import { z } from 'zod';
import { callType, isoTime, callStatus } from './values.ts';

/** What the rows of the REST table are made of; the table itself is `rest.ts`. */
export interface Route {
  method: 'get' | 'post' | 'delete';
  path: string;
  /** `session`: needs a valid access token; `admin`: one of an administrator. */
  auth: 'none' | 'session' | 'admin';
  params: z.ZodType;
  query: z.ZodType;
  body: z.ZodType;
  /** Status of success. */
  status: 200 | 201 | 204;
  response: z.ZodType;
}

export const empty = z.strictObject({});

export const user = z.strictObject({
  id: z.uuid(),
  username: z.string(),
  email: z.string(),
  full_name: z.string(),
  role: z.enum(['member', 'admin']),
});
export type User = z.infer<typeof user>;

/** What a person may choose; a list of breached passwords comes on top. */
export const newPassword = z.string().min(8).max(128);
/** What a person may type where his password is asked for. */
export const anyPassword = z.string().min(1).max(128);

/** A one-time secret of 256 random bits, as base64url. */
export const oneTimeToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export const tokens = z.strictObject({
  user,
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds until the access token ends. */
  expires_in: z.int(),
  refresh_token: z.string(),
});
export type Tokens = z.infer<typeof tokens>;

const sessionRoute = { auth: 'session', params: empty, query: empty, body: empty } as const;
const openRoute = { auth: 'none', params: empty, query: empty, body: empty } as const;
const adminRoute = { auth: 'admin', params: empty, query: empty, body: empty } as const;

/** What people do with their own account, apart from signing in. */
export const accountRoutes = {
  authOptions: {
    ...openRoute,
    method: 'get',
    path: '/auth/options',
    status: 200,
    response: z.strictObject({
      registration: z.enum(['open', 'invite', 'closed']),
      /** Whether people can be searched for; otherwise an exact user name finds them. */
      directory: z.boolean(),
      /** The other way to sign in, by the name on its button; null: passwords only. */
      single_sign_on: z.string().nullable(),
    }),
  },
  finishSingleSignOn: {
    ...openRoute,
    method: 'post',
    path: '/auth/oidc/finish',
    body: z.strictObject({ code: oneTimeToken }),
    status: 200,
    response: tokens,
  },
  checkInvitation: {
    ...openRoute,
    method: 'post',
    path: '/auth/invitation',
    body: z.strictObject({ invitation: oneTimeToken }),
    status: 200,
    response: z.strictObject({ expires_at: isoTime }),
  },
  changePassword: {
    ...sessionRoute,
    method: 'post',
    path: '/auth/password',
    body: z.strictObject({ current_password: anyPassword, new_password: newPassword }),
    status: 204,
    response: z.void(),
  },
  changeEmail: {
    ...sessionRoute,
    method: 'post',
    path: '/auth/email',
    body: z.strictObject({ email: z.email().max(254), password: anyPassword }),
    status: 200,
    response: z.strictObject({ user }),
  },
  exportMe: {
    ...sessionRoute,
    method: 'get',
    path: '/auth/me/export',
    status: 200,
    /** All rows that are about the asker, by table. */
    response: z.strictObject({
      exported_at: isoTime,
      user: z.record(z.string(), z.unknown()),
      tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
    }),
  },
  deleteMe: {
    ...sessionRoute,
    method: 'delete',
    path: '/auth/me',
    body: z.strictObject({ password: anyPassword }),
    status: 204,
    response: z.void(),
  },
} as const satisfies Record<string, Route>;

const managedUser = z.strictObject({
  ...user.shape,
  status: z.enum(['active', 'disabled']),
  created_at: isoTime,
  /** The last time a session was made or renewed. */
  last_seen_at: isoTime.nullable(),
  sessions: z.int().min(0),
});
export type ManagedUser = z.infer<typeof managedUser>;

const invitation = z.strictObject({ id: z.uuid(), created_at: isoTime, expires_at: isoTime });

/** State and counts of a running call, never who talks or about what. */
const runningCall = z.strictObject({
  id: z.uuid(),
  kind: z.enum(['direct', 'meeting']),
  call_type: callType,
  status: callStatus,
  created_at: isoTime,
  start_time: isoTime.nullable(),
  people: z.int().min(0),
});
export type RunningCall = z.infer<typeof runningCall>;

const userId = z.strictObject({ id: z.uuid() });

/** What administrators do. */
export const adminRoutes = {
  adminUsers: {
    ...adminRoute,
    method: 'get',
    path: '/admin/users',
    query: z.strictObject({
      query: z.string().trim().max(64).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      /** The last user of the page before. */
      cursor: z.uuid().optional(),
    }),
    status: 200,
    response: z.strictObject({ users: z.array(managedUser), next_cursor: z.uuid().nullable() }),
  },
  adminSetStatus: {
    ...adminRoute,
    method: 'post',
    path: '/admin/users/:id/status',
    params: userId,
    body: z.strictObject({ status: z.enum(['active', 'disabled']) }),
    status: 204,
    response: z.void(),
  },
  adminResetPassword: {
    ...adminRoute,
    method: 'post',
    path: '/admin/users/:id/password',
    params: userId,
    status: 200,
    /** To be handed over; all sessions of the user are over. */
    response: z.strictObject({ password: z.string() }),
  },
  adminInvitations: {
    ...adminRoute,
    method: 'get',
    path: '/admin/invitations',
    status: 200,
    response: z.strictObject({ invitations: z.array(invitation) }),
  },
  adminInvite: {
    ...adminRoute,
    method: 'post',
    path: '/admin/invitations',
    body: z.strictObject({ valid_days: z.int().min(1).max(90).default(7) }),
    status: 201,
    /** The link is told once; only a hash of its secret is kept. */
    response: z.strictObject({ invitation, url: z.string() }),
  },
  adminWithdrawInvitation: {
    ...adminRoute,
    method: 'delete',
    path: '/admin/invitations/:id',
    params: userId,
    status: 204,
    response: z.void(),
  },
  adminCalls: {
    ...adminRoute,
    method: 'get',
    path: '/admin/calls',
    status: 200,
    response: z.strictObject({ calls: z.array(runningCall) }),
  },
  adminEndCall: {
    ...adminRoute,
    method: 'post',
    path: '/admin/calls/end',
    body: z.strictObject({ call_id: z.uuid() }),
    status: 204,
    response: z.void(),
  },
  adminHealth: {
    ...adminRoute,
    method: 'get',
    path: '/admin/health',
    status: 200,
    response: z.strictObject({
      version: z.string(),
      /** Seconds. */
      uptime_s: z.int().min(0),
      checks: z.record(z.string(), z.boolean()),
      memory_bytes: z.int(),
      sockets: z.int().min(0),
      media_workers: z.int().min(0),
      /** Milliseconds, 99th percentile of the last minute. */
      event_loop_delay_ms: z.number().min(0),
    }),
  },
} as const satisfies Record<string, Route>;
