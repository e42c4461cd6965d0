import type { Accounts } from '../auth/Accounts.ts';
import type { SingleSignOn } from '../auth/SingleSignOn.ts';
import type { ManagedAccount } from '../auth/stores.ts';
import type { Call } from '../calls/Call.ts';
import { notFound } from '../errors.ts';
import type { accountRoutes, adminRoutes } from '../protocol/route.ts';
import type { ManagedUser, RouteResponse, RunningCall } from '../protocol/rest.ts';
import type { CallsForHttp, Handlers } from './handlers.ts';
import { toTokens, toUser } from './presenters.ts';

/** How the server is doing, for administrators. */
export type Health = RouteResponse<'adminHealth'>;

/** What people do with their own account. */
export function createAccountHandlers(
  accounts: Accounts,
  sso: SingleSignOn | null,
): Pick<Handlers, keyof typeof accountRoutes> {
  return {
    authOptions: async () => ({ ...accounts.options, single_sign_on: sso?.name ?? null }),

    finishSingleSignOn: async ({ body }) => {
      if (!sso) throw notFound();
      return toTokens(sso.redeem(body.code));
    },

    checkInvitation: async ({ body }) => {
      const { expiresAt } = await accounts.admin.checkInvitation(body.invitation);
      return { expires_at: expiresAt.toISOString() };
    },

    changePassword: async ({ identity, body, client }) => {
      await accounts.changePassword(identity, { current: body.current_password, next: body.new_password }, client);
    },

    changeEmail: async ({ identity, body, client }) => ({
      user: toUser(await accounts.changeEmail(identity, body.email, body.password, client)),
    }),

    exportMe: async ({ identity }) => ({
      exported_at: new Date().toISOString(),
      ...(await accounts.exportData(identity)),
    }),

    deleteMe: async ({ identity, body, client }) => accounts.deleteAccount(identity, body.password, client),
  };
}

/** What administrators do. Only they get this far. */
export function createAdminHandlers(
  accounts: Accounts,
  calls: Pick<CallsForHttp, 'running' | 'endAsAdministrator'>,
  health: () => Promise<Health>,
): Pick<Handlers, keyof typeof adminRoutes> {
  const { admin } = accounts;
  return {
    adminUsers: async ({ query: { query = '', limit, cursor } }) => {
      const found = await admin.list({ query, limit: limit + 1, after: cursor ?? null });
      const users = found.slice(0, limit).map(toManagedUser);
      return { users, next_cursor: found.length > limit ? (users.at(-1)?.id ?? null) : null };
    },

    adminSetStatus: async ({ params, body }) => admin.setStatus(params.id, body.status),

    adminResetPassword: async ({ params }) => ({ password: await admin.resetPassword(params.id) }),

    adminInvitations: async () => ({ invitations: (await admin.invitations()).map(toInvitation) }),

    adminInvite: async ({ identity, body, origin }) => {
      const { token, ...invitation } = await admin.invite(body.valid_days, identity.user.id);
      return { invitation: toInvitation(invitation), url: `${origin}/invite/${token}` };
    },

    adminWithdrawInvitation: async ({ params }) => admin.withdrawInvitation(params.id),

    adminCalls: async () => ({ calls: calls.running().map(toRunningCall) }),

    adminEndCall: async ({ body }) => calls.endAsAdministrator(body.call_id),

    adminHealth: async () => health(),
  };
}

function toManagedUser(account: ManagedAccount): ManagedUser {
  return {
    ...toUser(account),
    status: account.status,
    created_at: account.createdAt.toISOString(),
    last_seen_at: account.lastSeenAt?.toISOString() ?? null,
    sessions: account.sessions,
  };
}

function toInvitation(invitation: { id: string; createdAt: Date; expiresAt: Date }): {
  id: string;
  created_at: string;
  expires_at: string;
} {
  const { id, createdAt, expiresAt } = invitation;
  return { id, created_at: createdAt.toISOString(), expires_at: expiresAt.toISOString() };
}

function toRunningCall(call: Call): RunningCall {
  const { id, callType, createdAt } = call.identity;
  return {
    id,
    kind: call.direct ? 'direct' : 'meeting',
    call_type: callType,
    status: call.status,
    created_at: createdAt.toISOString(),
    start_time: call.startTime?.toISOString() ?? null,
    people: call.presentPeers.length,
  };
}
