import type { Stop } from '../protocol/signaling.ts';
import type { MediaKind } from '../protocol/values.ts';
import type { PolicyEntry } from './policyChain.ts';

/**
 * What people may not do in one call, and why: the enforcement state. It is the part of the call's policy log that is
 * still in force, so a restart gets it back by reading the log (`apply` each entry in order), and everything in it has
 * the `actionId` with which it can be undone. It is kept per user, so that it meets whoever leaves and comes back.
 * A host and the server (policy) stop independently of each other: media flow when nobody stops them.
 *
 * [Note: What a stop stops] `video`: everybody else's consumers of the person's camera and shared screen are paused and
 * stay so; the producers go on, for the tap's sake. `audio`: the person's microphone and shared sound are paused on the
 * server and cannot be resumed. Both sources of a kind, so that a patched page cannot send its camera as a screen.
 * Lifting an audio stop opens no microphone; only its owner can do that.
 */
export class Restrictions {
  readonly #firstHosts: readonly string[];
  #inForce: readonly PolicyEntry[] = [];

  /** @param firstHosts - Who began the call; its hosts until the log says otherwise. */
  constructor(firstHosts: readonly string[], log: readonly PolicyEntry[] = []) {
    this.#firstHosts = firstHosts;
    for (const entry of log) this.apply(entry);
  }

  /** Whoever handed the role over is a host no more. */
  isHost(userId: string): boolean {
    const hosts = new Set(this.#firstHosts);
    for (const { action, actorId, subjectUserId } of this.#inForce) {
      if (action !== 'transferHost' || subjectUserId === null) continue;
      if (actorId !== null) hosts.delete(actorId);
      hosts.add(subjectUserId);
    }
    return hosts.has(userId);
  }

  stopsOf(userId: string): Stop[] {
    return this.#inForce.flatMap((entry) => {
      // Whoever is held shows the others no picture; that no sound comes either goes without saying.
      const kind = entry.action === 'holdPeer' ? 'video' : stoppedKind(entry);
      if (kind === null || entry.subjectUserId !== userId) return [];
      const { actionId, details } = entry;
      const reason = typeof details.reason === 'string' ? details.reason : null;
      return [{ actionId, kind, by: sideOf(entry), reason }];
    });
  }

  stopped(userId: string, kind: MediaKind): boolean {
    return this.#inForce.some((entry) => entry.subjectUserId === userId && stoppedKind(entry) === kind);
  }

  /** The entry that keeps a person from being seen and heard until an active check passes. */
  holdOf(userId: string): PolicyEntry | null {
    return this.#inForce.find((entry) => entry.action === 'holdPeer' && entry.subjectUserId === userId) ?? null;
  }

  ejected(userId: string): boolean {
    return this.#inForce.some(({ action, subjectUserId }) => action === 'ejectPeer' && subjectUserId === userId);
  }

  /** The entry of an action that can be undone, while it is in force. A handed-over host's role can only be handed back. */
  find(actionId: string): PolicyEntry | null {
    return this.#inForce.find((e) => e.actionId === actionId && e.action !== 'transferHost') ?? null;
  }

  /** An entry that already does to the same person, from the same side, what this one would do. */
  same(entry: PolicyEntry): PolicyEntry | null {
    if (!restricts(entry) || entry.action === 'transferHost') return null;
    const { action, subjectUserId } = entry;
    return (
      this.#inForce.find(
        (e) => e.action === action && e.subjectUserId === subjectUserId && sideOf(e) === sideOf(entry),
      ) ?? null
    );
  }

  /** Takes in what was decided. Entries that restrict nobody, such as verdicts and mutes of the moment, change nothing. */
  apply(entry: PolicyEntry): void {
    const { undoes } = entry.details;
    if (entry.action === 'undoAction' && typeof undoes === 'string') this.lift(undoes);
    else if (restricts(entry)) this.#inForce = [...this.#inForce, entry];
  }

  lift(actionId: string): void {
    this.#inForce = this.#inForce.filter((entry) => entry.actionId !== actionId);
  }
}

function restricts(entry: PolicyEntry): boolean {
  if (entry.subjectUserId === null) return false;
  return stoppedKind(entry) !== null || ['ejectPeer', 'transferHost', 'holdPeer'].includes(entry.action);
}

function stoppedKind({ action, details }: PolicyEntry): MediaKind | null {
  if (action === 'pauseVideo') return 'video';
  return action === 'muteProducer' && details.enforced === true ? 'audio' : null;
}

function sideOf({ actorId }: PolicyEntry): Stop['by'] {
  return actorId === null ? 'policy' : 'host';
}
