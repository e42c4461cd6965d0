import { codeOf } from '../api/RequestError.ts';
import type { Requests } from '../api/Signaling.ts';
import { withOutgoing, withSeen, withSent, type ChatState } from './chat.ts';
import { randomId } from './randomId.ts';

export interface CallChatOptions {
  requests: Requests;
  read: () => ChatState;
  write: (chat: ChatState) => void;
}

/** Writes into the call. A message that did not arrive stays in sight and is sent again under the same id. */
export class CallChat {
  readonly #options: CallChatOptions;

  constructor(options: CallChatOptions) {
    this.#options = options;
  }

  async send(text: string): Promise<void> {
    await this.#send(randomId(), text);
  }

  async sendAgain(requestId: string): Promise<void> {
    const message = this.#options.read().outgoing.find((m) => m.requestId === requestId);
    if (message) await this.#send(requestId, message.text);
  }

  /** The panel shows everything. */
  see(): void {
    const { read, write } = this.#options;
    const seen = withSeen(read());
    if (seen !== read()) write(seen);
  }

  async #send(requestId: string, text: string): Promise<void> {
    const { requests, read, write } = this.#options;
    write(withOutgoing(read(), { requestId, text, failure: null }));
    try {
      const { message } = await requests.request('sendChat', { requestId, text });
      write(withSent(read(), requestId, message));
    } catch (error) {
      write(withOutgoing(read(), { requestId, text, failure: codeOf(error) }));
    }
  }
}
