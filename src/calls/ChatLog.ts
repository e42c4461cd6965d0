import { randomUUID } from 'node:crypto';
import type { ChatMessage, Person } from '../protocol/signaling.ts';

/** A message with the id under which its writer may send it again. */
export interface WrittenMessage extends ChatMessage {
  requestId: string;
}

/** Kept in memory: enough to read up on what was said; the call's record has everything. */
const maxMessages = 200;
/** UTF-16 units of text in the answer to somebody who joins; 200 long messages would be 800 KB. */
const maxRecentChars = 64 * 1024;

/** What was written in one call, as far as those need it who join later. It stores nothing for good. */
export class ChatLog {
  readonly #messages: WrittenMessage[];

  /** @param earlier - What was written before the call came (back) into memory, oldest first. */
  constructor(earlier: readonly WrittenMessage[] = []) {
    this.#messages = earlier.slice(-maxMessages);
  }

  /** The latest messages, oldest first. */
  get recent(): ChatMessage[] {
    let chars = 0;
    const reversed = this.#messages.toReversed();
    const tooMany = reversed.findIndex(({ text }) => (chars += text.length) > maxRecentChars);
    return reversed
      .slice(0, tooMany === -1 ? undefined : tooMany)
      .reverse()
      .map(toChatMessage);
  }

  /**
   * Adds a message, or finds the one that the same user sent under the same id before.
   * Times within a call never go back, so that pages can order by them.
   */
  add(options: { requestId: string; peerId: string; user: Person; text: string; nowMs: number }): {
    message: WrittenMessage;
    isNew: boolean;
  } {
    const { requestId, peerId, user, text, nowMs } = options;
    const earlier = this.#messages.find((m) => m.requestId === requestId && m.user.id === user.id);
    if (earlier) return { message: earlier, isNew: false };
    const last = this.#messages.at(-1);
    const sentAtMs = last ? Math.max(nowMs, Date.parse(last.sentAt) + 1) : nowMs;
    const message = {
      messageId: randomUUID(),
      requestId,
      peerId,
      user,
      sentAt: new Date(sentAtMs).toISOString(),
      text,
    };
    this.#messages.push(message);
    if (this.#messages.length > maxMessages) this.#messages.shift();
    return { message, isNew: true };
  }
}

/** What pages are shown of a message. */
export function toChatMessage({ requestId: _, ...message }: WrittenMessage): ChatMessage {
  return message;
}
