import { randomUUID } from 'node:crypto';
import type { RouteName } from '../../../src/protocol/rest.ts';
import type { ApiInput } from '../RestServer.ts';
import { readTable } from './table.ts';

/** Who asks: about a meeting (all but the last two), or about a direct call that rings (the last two). */
export type RestAsker =
  'host' | 'participant' | 'left' | 'ejected' | 'waiting' | 'stranger' | 'guest' | 'admin' | 'anonymous';
export type DirectAsker = 'caller' | 'callee';

/**
 * Statuses by who asks; a new route has to add its row. Where a password is asked for, a wrong one is given. A guest's
 * token opens sockets only, so to REST he is nobody. Guest links and invitations speak for themselves, whoever has them.
 */
export const restAccess = readTable<RouteName, RestAsker | DirectAsker>(`
                            host  participant left  ejected waiting stranger guest admin anonymous caller callee
  register                  201   201         201   201     201     201      201   201   201       201    201
  login                     200   200         200   200     200     200      200   200   200       200    200
  refresh                   401   401         401   401     401     401      401   401   401       401    401
  logout                    204   204         204   204     204     204      401   204   401       204    204
  me                        200   200         200   200     200     200      401   200   401       200    200
  sessions                  200   200         200   200     200     200      401   200   401       200    200
  revokeSession             404   404         404   404     404     404      401   404   401       404    404
  findUsers                 200   200         200   200     200     200      401   200   401       200    200
  startCall                 409   409         409   409     409     409      401   409   401       409    400
  endCall                   200   403         403   403     404     404      401   404   401       200    200
  activeCalls               200   200         200   200     200     200      401   200   401       200    200
  callHistory               200   200         200   200     200     200      401   200   401       200    200
  callDetails               200   200         200   200     404     404      401   404   401       200    200
  authOptions               200   200         200   200     200     200      200   200   200       200    200
  checkInvitation           403   403         403   403     403     403      403   403   403       403    403
  finishSingleSignOn        404   404         404   404     404     404      404   404   404       404    404
  changePassword            401   401         401   401     401     401      401   401   401       401    401
  changeEmail               401   401         401   401     401     401      401   401   401       401    401
  exportMe                  200   200         200   200     200     200      401   200   401       200    200
  deleteMe                  401   401         401   401     401     401      401   401   401       401    401
  adminUsers                403   403         403   403     403     403      401   200   401       403    403
  adminSetStatus            403   403         403   403     403     403      401   204   401       403    403
  adminResetPassword        403   403         403   403     403     403      401   200   401       403    403
  adminInvitations          403   403         403   403     403     403      401   200   401       403    403
  adminInvite               403   403         403   403     403     403      401   201   401       403    403
  adminWithdrawInvitation   403   403         403   403     403     403      401   404   401       403    403
  adminCalls                403   403         403   403     403     403      401   200   401       403    403
  adminEndCall              403   403         403   403     403     403      401   204   401       403    403
  adminHealth               403   403         403   403     403     403      401   200   401       403    403
  networkCheck              200   200         200   200     200     200      401   200   401       200    200
  startNetworkCheck         201   201         201   201     201     201      401   201   401       503    503
  letThemKnow               204   204         204   204     204     204      401   204   401       204    400
  makeGuestLink             201   403         403   403     404     404      401   404   401       404    404
  guestLinks                200   403         403   403     404     404      401   404   401       404    404
  revokeGuestLink           204   403         403   403     404     404      401   404   401       404    404
  lookAtGuestLink           200   200         200   200     200     200      200   200   200       404    404
  signInAsGuest             201   201         201   201     201     201      201   201   201       404    404
`);

export interface About {
  callId: string;
  /** Somebody whom the request is about, and what he calls himself when signing in. */
  other: { id: string; username: string; password: string };
  /** Somebody who is in a call. */
  busy: string;
  /** A session of the other one. */
  sessionId: string;
  guestLink: { id: string; text: string };
}

let count = 0;

/** The same request whoever sends it: about one call, and otherwise well formed. */
export function restInput(name: RouteName, { callId, other, busy, sessionId, guestLink }: About): ApiInput {
  const fresh = `fresh${(count += 1)}`;
  const inputs: Record<RouteName, ApiInput> = {
    register: { body: { username: fresh, email: `${fresh}@example.org`, password: 'long enough' } },
    login: { body: { login: other.username, password: other.password } },
    refresh: { body: { refresh_token: 'x'.repeat(43) } },
    logout: {},
    me: {},
    sessions: {},
    revokeSession: { params: { id: sessionId } },
    findUsers: { query: { query: other.username } },
    startCall: { body: { callee: busy, call_type: 'video' } },
    endCall: { body: { call_id: callId } },
    activeCalls: {},
    callHistory: {},
    callDetails: { params: { id: callId } },
    networkCheck: {},
    startNetworkCheck: {
      body: { protocol: 'udp', fingerprint: Array(32).fill('AB').join(':'), ssrc: 1, payload_type: 96 },
    },
    letThemKnow: { body: { callee: busy, call_type: 'video' } },
    makeGuestLink: { params: { id: callId }, body: {} },
    guestLinks: { params: { id: callId } },
    revokeGuestLink: { params: { id: callId, link: guestLink.id } },
    lookAtGuestLink: { body: { link: guestLink.text } },
    signInAsGuest: { body: { link: guestLink.text, name: `Mira ${fresh}` } },
    authOptions: {},
    finishSingleSignOn: { body: { code: 'x'.repeat(43) } },
    checkInvitation: { body: { invitation: 'x'.repeat(43) } },
    changePassword: { body: { current_password: 'wrong', new_password: 'quite another one' } },
    changeEmail: { body: { email: `${fresh}@example.net`, password: 'wrong' } },
    exportMe: {},
    deleteMe: { body: { password: 'wrong' } },
    adminUsers: {},
    adminSetStatus: { params: { id: other.id }, body: { status: 'active' } },
    adminResetPassword: { params: { id: other.id } },
    adminInvitations: {},
    adminInvite: { body: {} },
    adminWithdrawInvitation: { params: { id: randomUUID() } },
    adminCalls: {},
    adminEndCall: { body: { call_id: callId } },
    adminHealth: {},
  };
  return inputs[name];
}
