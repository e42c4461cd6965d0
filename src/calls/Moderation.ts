import { AppError, notFound } from '../errors.ts';
import type { CauseCode } from '../protocol/assessment.ts';
import type { PolicyAction } from '../protocol/values.ts';
import { isAtLeast, type CheckPolicy } from '../protocol/checkPolicy.ts';
import type { Call } from './Call.ts';
import { CHOICE } from './chosenPolicy.ts';
import type { Peer } from './Peer.ts';
import type { Json, PolicyEntry } from './policyChain.ts';
import { newEntry, type PolicyLog } from './PolicyLog.ts';

interface Decision {
  action: PolicyAction;
  /** Null: the server itself. */
  by: Peer | null;
  /** Null: everybody but the hosts. */
  subject: Peer | null;
  details?: Readonly<Record<string, Json>>;
  /** What is done beside what `Restrictions` makes of the entry. */
  enforce?: () => Promise<unknown>;
}

/**
 * What hosts, and the server by itself, do to people in calls. Everything is in force before it is logged and logged
 * before its asker is answered; what cannot be logged is taken back. Whether the asker is a host is the dispatcher's
 * business. Every action answers its id, with which `undo` takes it back.
 */
export class Moderation {
  readonly #log: PolicyLog;

  constructor(log: PolicyLog) {
    this.#log = log;
  }

  /**
   * Pauses a person's microphone. He may open it again, unless the mute is `enforced`: then the server refuses until the
   * mute is undone. Nothing opens a microphone but its owner: undoing only lets him.
   */
  async mute(call: Call, by: Peer | null, peerId: string, enforced: boolean): Promise<string> {
    const subject = subjectOf(call, by, peerId);
    const enforce = () => call.media.mute(subject);
    return this.#decide(call, { action: 'muteProducer', by, subject, details: { enforced }, enforce });
  }

  /** Pauses the microphones of all but hosts, once; everybody may open his again. */
  async muteEveryone(call: Call, by: Peer): Promise<string> {
    const subjects = call.presentPeers.filter((peer) => peer !== by && peer.role !== 'host');
    const enforce = () => Promise.all(subjects.map((peer) => call.media.mute(peer)));
    return this.#decide(call, { action: 'muteEveryone', by, subject: null, enforce });
  }

  /** Keeps a person's picture from everybody else; the server goes on looking at it. */
  async pauseVideo(call: Call, by: Peer | null, peerId: string, reason: string | null = null): Promise<string> {
    const subject = subjectOf(call, by, peerId);
    return this.#decide(call, { action: 'pauseVideo', by, subject, details: { reason } });
  }

  /**
   * Keeps a person from being seen and heard until `release`, whatever way he comes back; he still receives.
   *
   * @param reason - What was found.
   */
  async hold(call: Call, peerId: string, reason: CauseCode): Promise<string> {
    return this.#decide(call, {
      action: 'holdPeer',
      by: null,
      subject: subjectOf(call, null, peerId),
      details: { reason },
    });
  }

  /** Ends a hold, if there is one. */
  async release(call: Call, userId: string): Promise<void> {
    const hold = call.restrictions.holdOf(userId);
    if (hold) await this.undo(call, null, hold.actionId);
  }

  /** Takes a person out of the call and refuses him from then on, whatever way he comes. */
  async eject(call: Call, by: Peer | null, peerId: string): Promise<string> {
    return this.#decide(call, { action: 'ejectPeer', by, subject: subjectOf(call, by, peerId) });
  }

  /** Makes another person the host of a meeting; the host of before is a participant then. */
  async transferHost(call: Call, by: Peer, peerId: string): Promise<string> {
    const subject = subjectOf(call, by, peerId);
    if (call.direct) throw new AppError('CONFLICT', 'Both are hosts of this call.');
    if (subject.role === 'guest') throw new AppError('CONFLICT', 'A guest cannot be the host.');
    return this.#decide(call, { action: 'transferHost', by, subject });
  }

  /**
   * Chooses what follows from results of checks in a call.
   *
   * @throws AppError VALIDATION for less than the server asks of every call.
   */
  async setCheckPolicy(call: Call, by: Peer, policy: CheckPolicy): Promise<string> {
    if (!isAtLeast(call.leastChecks, policy)) throw new AppError('VALIDATION', 'This server asks for more.');
    const before = call.checkPolicy;
    const entry = newEntry({ kind: 'action', action: CHOICE, actorId: by.user.id, details: { ...policy } });
    call.setCheckPolicy(policy);
    await this.#keep(call, entry, () => call.setCheckPolicy(before));
    return entry.actionId;
  }

  /** Puts into the log that somebody wants his result looked at by a person. */
  async noteReview(call: Call, asker: Peer): Promise<void> {
    const who = { actorId: asker.guest ? null : asker.user.id, subjectPeerId: asker.id, subjectUserId: asker.user.id };
    await this.#keep(call, newEntry({ kind: 'appeal', action: 'requestReview', ...who }), () => undefined);
  }

  /**
   * Takes an action back: lets the picture through, lets the microphone be opened, lets the person come in again.
   *
   * @throws AppError NOT_FOUND for what is not, or no longer, in force, such as a mute that was not enforced.
   */
  async undo(call: Call, by: Peer | null, actionId: string): Promise<string> {
    const undone = call.restrictions.find(actionId);
    if (!undone) throw notFound();
    const { action, subjectPeerId, subjectUserId } = undone;
    const who = { actorId: by?.user.id ?? null, subjectPeerId, subjectUserId };
    const entry = newEntry({ kind: 'override', action: 'undoAction', ...who, details: { undoes: actionId } });
    call.restrictions.apply(entry);
    await call.enforce(subjectUserId);
    await this.#keep(call, entry, () => call.restrictions.apply(undone));
    call.tellPolicy({ ...noticeOf(entry, by), undone: action as PolicyAction, undoes: actionId });
    return entry.actionId;
  }

  async #decide(call: Call, { action, by, subject, details = {}, enforce }: Decision): Promise<string> {
    const who = { subjectPeerId: subject?.id ?? null, subjectUserId: subject?.user.id ?? null };
    const entry = newEntry({
      kind: 'action',
      action,
      actorId: by?.user.id ?? null,
      ...who,
      details,
      at: call.moment(),
    });
    const same = call.restrictions.same(entry);
    if (same) return same.actionId;
    call.restrictions.apply(entry);
    await Promise.all([call.enforce(entry.subjectUserId), enforce?.()]);
    await this.#keep(call, entry, () => call.restrictions.lift(entry.actionId));
    call.tellPolicy(noticeOf(entry, by));
    return entry.actionId;
  }

  async #keep(call: Call, entry: PolicyEntry, takeBack: () => void): Promise<void> {
    try {
      await this.#log.append(call.id, entry);
    } catch (error) {
      takeBack();
      await call.enforce(entry.subjectUserId);
      throw new AppError('UNAVAILABLE', 'This could not be recorded, so it was taken back.', { cause: error });
    }
  }
}

/** @throws AppError NOT_FOUND for whoever is not in the call, VALIDATION for the asker himself. */
function subjectOf(call: Call, by: Peer | null, peerId: string): Peer {
  const subject = call.peers.get(peerId);
  if (!subject?.present) throw notFound();
  if (subject === by) throw new AppError('VALIDATION', 'This cannot be done to oneself.');
  return subject;
}

function noticeOf(entry: PolicyEntry, by: Peer | null): Parameters<Call['tellPolicy']>[0] {
  const { actionId, action, subjectPeerId, details } = entry;
  return {
    actionId,
    action: action as PolicyAction,
    peerId: subjectPeerId,
    by: by?.id ?? null,
    enforced: details.enforced === true,
    reason: typeof details.reason === 'string' ? details.reason : null,
    undone: null,
    undoes: null,
  };
}
