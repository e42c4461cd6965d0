import type { Joined, NotificationData, Prepared } from '../../src/protocol/signaling.ts';
import type { PeerState } from '../../src/protocol/values.ts';

/** What a page knows of its call from answers and notifications alone: it must be what is so on the server. */
export class PageView {
  state: PeerState = 'idle';
  callId: string | null = null;
  peerId: string | null = null;
  resumeToken: string | null = null;
  /** The other people in the call. */
  readonly peers = new Set<string>();
  hands: readonly string[] = [];
  readonly #userId: string;

  constructor(userId: string) {
    this.#userId = userId;
  }

  get inside(): boolean {
    return this.state === 'joined' || this.state === 'held';
  }

  answered(request: string, data: unknown): void {
    if (request === 'prepare') {
      const { call, self } = data as Prepared;
      this.#leave('idle');
      Object.assign(this, { state: self.state, callId: call.callId, peerId: self.peerId });
    } else if (request === 'join' || request === 'answerCall') this.#joined(data as Joined);
    else if (request === 'leave') this.#leave('idle');
  }

  told(name: string, data: unknown): void {
    switch (name) {
      case 'admitted':
        return this.#joined(data as Joined);
      case 'peerJoined':
        this.peers.add((data as NotificationData<'peerJoined'>).peer.peerId);
        return;
      case 'peerLeft':
        this.peers.delete((data as NotificationData<'peerLeft'>).peerId);
        return;
      case 'handRaised':
        this.hands = (data as NotificationData<'handRaised'>).peerIds;
        return;
      case 'heldChanged':
        this.state = (data as NotificationData<'heldChanged'>).reason === null ? 'joined' : 'held';
        return;
      case 'callAnswered': {
        // Somebody answered on another page: what was made ready on this one is gone.
        const { callId, callee } = (data as NotificationData<'callAnswered'>).call;
        if (callId === this.callId && this.state === 'prepared' && callee?.id === this.#userId) this.#leave('idle');
        return;
      }
      case 'callEnded': {
        const { callId, reason } = data as NotificationData<'callEnded'>;
        if (callId === this.callId) this.#leave(reason === 'removed' ? 'ejected' : 'idle');
        return;
      }
    }
  }

  #joined({ call, self, peers, hands }: Joined): void {
    this.#leave(self.state);
    Object.assign(this, { callId: call.callId, peerId: self.peerId, resumeToken: self.resumeToken, hands });
    for (const { peerId } of peers) this.peers.add(peerId);
  }

  #leave(state: PeerState): void {
    this.state = state;
    this.callId = null;
    this.peerId = null;
    this.hands = [];
    this.peers.clear();
  }
}
