import type { Requests } from '../api/Signaling.ts';
import type { Reaction } from '../../../src/protocol/values.ts';

/** What one shows the others without a word. */
export class CallSigns {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  async raiseHand(raised: boolean): Promise<void> {
    await this.#requests.request('raiseHand', { raised });
  }

  async react(reaction: Reaction): Promise<void> {
    await this.#requests.request('react', { reaction });
  }
}
