import type { CheckPolicy } from '../../../src/protocol/checkPolicy.ts';
import type { Requests } from '../api/Signaling.ts';

/** What a host may do to people. The server decides whether this page is one, and tells everybody what was done. */
export class HostPowers {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** @param enforced - The person cannot turn the microphone on again until that is undone. */
  async mute(peerId: string, enforced: boolean): Promise<void> {
    await this.#requests.request('muteProducer', { peerId, enforced });
  }

  async muteEveryone(): Promise<void> {
    await this.#requests.request('muteEveryone', {});
  }

  async pauseVideo(peerId: string): Promise<void> {
    await this.#requests.request('pauseVideo', { peerId });
  }

  async remove(peerId: string): Promise<void> {
    await this.#requests.request('ejectPeer', { peerId });
  }

  async handOver(peerId: string): Promise<void> {
    await this.#requests.request('transferHost', { peerId });
  }

  async lowerHand(peerId: string): Promise<void> {
    await this.#requests.request('lowerHand', { peerId });
  }

  /** What follows from results of checks in this call. */
  async chooseChecks(policy: CheckPolicy): Promise<void> {
    await this.#requests.request('setCheckPolicy', policy);
  }

  async undo(actionId: string): Promise<void> {
    await this.#requests.request('undoAction', { actionId });
  }
}
