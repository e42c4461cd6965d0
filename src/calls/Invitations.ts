import type { Person, NotificationData } from '../protocol/signaling.ts';
import type { CallStatus } from '../protocol/values.ts';
import type { Call } from './Call.ts';
import type { Connection } from './Connection.ts';
import type { Peer } from './Peer.ts';

/** Somebody's devices ring for a call that others are in already. */
export interface Invitation {
  call: Call;
  user: Person;
  from: Peer;
}

type Outcome = NotificationData<'ringEnded'>['outcome'];

/** Who is being rung into running calls: for one call at a time, on all tabs, and for a bounded time. */
export class Invitations {
  readonly #tabsOf: (userId: string) => readonly Connection[];
  readonly #ringMs: number;
  readonly #open = new Map<string, { invitation: Invitation; timer: NodeJS.Timeout }>();

  constructor(options: { tabsOf: (userId: string) => readonly Connection[]; ringMs: number }) {
    this.#tabsOf = options.tabsOf;
    this.#ringMs = options.ringMs;
  }

  of(userId: string): Invitation | null {
    return this.#open.get(userId)?.invitation ?? null;
  }

  ring(invitation: Invitation): void {
    const { call, user, from } = invitation;
    const timer = setTimeout(() => {
      this.#take(call.id, user.id);
      this.#stopRinging(invitation, 'missed');
      tellAsker(invitation, 'no_answer');
    }, this.#ringMs);
    this.#open.set(user.id, { invitation, timer });
    for (const tab of this.#tabsOf(user.id)) tab.notify('callRinging', { call: call.info, from: from.user });
  }

  /** A tab is there, for whose user a call may ring already. */
  remind(tab: Connection): void {
    const invitation = this.of(tab.userId);
    if (invitation) tab.notify('callRinging', { call: invitation.call.info, from: invitation.from.user });
  }

  /** @returns null when nothing rings. */
  answer(callId: string, connection: Connection): Invitation | null {
    const invitation = this.#take(callId, connection.userId);
    if (!invitation) return null;
    for (const tab of this.#tabsOf(connection.userId)) {
      if (tab !== connection) tab.notify('callAnswered', { call: invitation.call.info });
    }
    tellAsker(invitation, 'answered');
    return invitation;
  }

  /** @returns false when nothing rings. */
  decline(callId: string, userId: string): boolean {
    const invitation = this.#take(callId, userId);
    if (!invitation) return false;
    for (const tab of this.#tabsOf(userId)) tab.notify('callDeclined', { callId });
    tellAsker(invitation, 'declined');
    return true;
  }

  /** The call is over, and with it every ringing for it. */
  end(callId: string): void {
    for (const { invitation } of [...this.#open.values()]) {
      if (this.#take(callId, invitation.user.id)) this.#stopRinging(invitation, 'ended');
    }
  }

  #take(callId: string, userId: string): Invitation | null {
    const open = this.#open.get(userId);
    if (open?.invitation.call.id !== callId) return null;
    clearTimeout(open.timer);
    this.#open.delete(userId);
    return open.invitation;
  }

  #stopRinging({ call, user }: Invitation, status: CallStatus): void {
    // The call goes on for a page that is at its door already, by the link.
    const inside = new Set(status === 'missed' ? [...call.peers.values()].map(({ connection }) => connection) : []);
    for (const tab of this.#tabsOf(user.id)) {
      if (!inside.has(tab)) tab.notify('callEnded', { callId: call.id, status, reason: 'no_answer' });
    }
  }
}

function tellAsker({ from, user }: Invitation, outcome: Outcome): void {
  from.connection?.notify('ringEnded', { user, outcome });
}
