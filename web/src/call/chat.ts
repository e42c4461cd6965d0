import type { ChatMessage, NotificationData } from '../../../src/protocol/signaling.ts';

/** The written part of a call as the page has it: one immutable value, replaced at every change. */

/** A message on its way to the server. */
export interface OutgoingMessage {
  requestId: string;
  text: string;
  /** Code of why it did not arrive; null while it is on its way. */
  failure: string | null;
}

export interface ChatState {
  /** In the order in which they were written. */
  messages: readonly ChatMessage[];
  outgoing: readonly OutgoingMessage[];
  /** The time of the last message that was in sight; ISO, so that it compares as text. */
  seenUntil: string;
}

export const emptyChat: ChatState = { messages: [], outgoing: [], seenUntil: '' };

/** Something that happened in the call, told between the messages. */
export type CallNote = PassedNote | PolicyNote;

/** A check that somebody has passed. */
export interface PassedNote {
  kind: 'passed';
  id: string;
  atMs: number;
  check: 'illumination' | 'gesture' | 'ambient_light';
  name: string;
}

/** What a host, or the server, did to somebody. */
export interface PolicyNote {
  kind: 'policy';
  id: string;
  atMs: number;
  notice: NotificationData<'policyApplied'>;
  /** Of whom it is about; of whom decided it. Empty: everybody, or the server. */
  name: string;
  byName: string;
}

/** Adds messages, each once. The server's times order them, whatever way they came. */
export function withMessages(chat: ChatState, messages: readonly ChatMessage[]): ChatState {
  const known = new Set(chat.messages.map(({ messageId }) => messageId));
  const fresh = messages.filter(({ messageId }) => !known.has(messageId));
  if (fresh.length === 0) return chat;
  const all = [...chat.messages, ...fresh].sort((a, b) => compare(a.sentAt, b.sentAt));
  return { ...chat, messages: all };
}

export function withOutgoing(chat: ChatState, message: OutgoingMessage): ChatState {
  return { ...chat, outgoing: [...without(chat, message.requestId), message] };
}

/** The server has it. */
export function withSent(chat: ChatState, requestId: string, message: ChatMessage): ChatState {
  return withMessages({ ...chat, outgoing: without(chat, requestId) }, [message]);
}

export function withSeen(chat: ChatState): ChatState {
  const seenUntil = chat.messages.at(-1)?.sentAt ?? '';
  return seenUntil === chat.seenUntil ? chat : { ...chat, seenUntil };
}

/** What others wrote since the panel was last in sight. */
export function unreadOf({ messages, seenUntil }: ChatState, ownUserId: string): readonly ChatMessage[] {
  return messages.filter(({ sentAt, user }) => sentAt > seenUntil && user.id !== ownUserId);
}

/** One person's messages in a row, or a note between them. */
export type ChatEntry = { kind: 'group'; messages: readonly ChatMessage[] } | { kind: 'note'; note: CallNote };

/** A pause after which a person's next message gets a time of its own, ms. */
const groupWithinMs = 5 * 60_000;

export function chatEntries(messages: readonly ChatMessage[], notes: readonly CallNote[]): ChatEntry[] {
  const timed: Array<{ atMs: number; message: ChatMessage } | { atMs: number; note: CallNote }> = [
    ...messages.map((message) => ({ atMs: Date.parse(message.sentAt), message })),
    ...notes.map((note) => ({ atMs: note.atMs, note })),
  ];
  const entries: ChatEntry[] = [];
  for (const item of timed.sort((a, b) => a.atMs - b.atMs)) {
    const last = entries.at(-1);
    if ('note' in item) entries.push({ kind: 'note', note: item.note });
    else if (last?.kind === 'group' && continues(last.messages.at(-1), item.message))
      entries.splice(-1, 1, { kind: 'group', messages: [...last.messages, item.message] });
    else entries.push({ kind: 'group', messages: [item.message] });
  }
  return entries;
}

function continues(before: ChatMessage | undefined, message: ChatMessage): boolean {
  if (before?.user.id !== message.user.id) return false;
  return Date.parse(message.sentAt) - Date.parse(before.sentAt) < groupWithinMs;
}

function without({ outgoing }: ChatState, requestId: string): OutgoingMessage[] {
  return outgoing.filter((message) => message.requestId !== requestId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
