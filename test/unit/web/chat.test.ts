import assert from 'node:assert/strict';
import type { ChatMessage } from '../../../src/protocol/signaling.ts';
import type { AssessmentView } from '../../../web/src/call/assessments.ts';
import {
  chatEntries,
  emptyChat,
  unreadOf,
  withMessages,
  withOutgoing,
  withSeen,
  withSent,
} from '../../../web/src/call/chat.ts';
import { notesOf } from '../../../web/src/call/notes.ts';

const person = (id: string) => ({ id, username: id, fullName: '' });
const message = (id: string, second: number, user = 'ada'): ChatMessage => ({
  messageId: id,
  peerId: user,
  user: person(user),
  sentAt: new Date(Date.UTC(2026, 4, 1, 12, 0, second)).toISOString(),
  text: id,
});
const texts = (messages: readonly ChatMessage[]): string[] => messages.map(({ text }) => text);

describe('the chat of a page', () => {
  it('has every message once and in the server’s order, however it came', () => {
    let chat = withMessages(emptyChat, [message('b', 2)]);
    chat = withMessages(chat, [message('a', 1), message('b', 2), message('c', 3)]);
    assert.deepEqual(texts(chat.messages), ['a', 'b', 'c']);
    assert.equal(withMessages(chat, [message('a', 1)]), chat);
  });

  it('keeps what did not arrive until it does', () => {
    let chat = withOutgoing(emptyChat, { requestId: '1', text: 'x', failure: null });
    chat = withOutgoing(chat, { requestId: '1', text: 'x', failure: 'TIMEOUT' });
    assert.deepEqual(chat.outgoing, [{ requestId: '1', text: 'x', failure: 'TIMEOUT' }]);
    chat = withSent(chat, '1', message('x', 1));
    assert.deepEqual([chat.outgoing, texts(chat.messages)], [[], ['x']]);
  });

  it('counts what others wrote since it was in sight', () => {
    let chat = withMessages(emptyChat, [message('a', 1), message('mine', 2, 'me')]);
    assert.deepEqual(texts(unreadOf(chat, 'me')), ['a']);
    chat = withSeen(chat);
    assert.deepEqual(unreadOf(chat, 'me'), []);
    assert.equal(withSeen(chat), chat);
    assert.deepEqual(texts(unreadOf(withMessages(chat, [message('b', 3)]), 'me')), ['b']);
  });

  it('is grouped by person, and anew after a pause, another person or a note', () => {
    const messages = [message('a', 0), message('b', 10), message('c', 20, 'omar'), message('d', 30), message('e', 400)];
    const note = {
      id: 'n',
      atMs: Date.parse(message('', 5).sentAt),
      kind: 'passed' as const,
      check: 'gesture' as const,
      name: 'Omar',
    };
    const shape = chatEntries(messages, [note]).map((e) => (e.kind === 'note' ? '-' : texts(e.messages).join('')));
    assert.deepEqual(shape, ['a', '-', 'b', 'c', 'd', 'e']);
    assert.deepEqual(
      chatEntries(messages.slice(0, 3), []).map((e) => (e.kind === 'note' ? '-' : texts(e.messages).join(''))),
      ['ab', 'c'],
    );
  });
});

describe('notesOf', () => {
  const peer = {
    peerId: 'p',
    user: person('omar'),
    role: 'participant' as const,
    connection: 'connected' as const,
    joinedAt: message('', 0).sentAt,
    stops: [],
  };
  const view = (assurance: AssessmentView['assurance'], check = 'illumination' as const): AssessmentView => ({
    status: 'safe',
    assurance,
    reason: null,
    risk: 0.1,
    confidence: 0.8,
    causes: [{ analyzer: check, outcome: 'passed', code: 'passed' }],
    scannedAtMs: 0,
    verifiedAtMs: 0,
  });

  it('tells of a check that was passed, once', () => {
    const notes = notesOf({ p: view('passive') }, { p: view('verified') }, [peer], 5);
    assert.deepEqual(
      notes.map((note) => [note.atMs, note.kind === 'passed' && note.check, note.name]),
      [[5, 'illumination', 'omar']],
    );
    assert.deepEqual(notesOf({ p: view('verified') }, { p: view('verified') }, [peer], 6), []);
  });

  it('tells nothing of checks from before one came, nor of one that is over', () => {
    assert.deepEqual(notesOf({}, { p: view('verified') }, [peer], 5), []);
    assert.deepEqual(notesOf({ p: view('verified') }, { p: view('passive') }, [peer], 5), []);
  });
});
