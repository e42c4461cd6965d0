import assert from 'node:assert/strict';
import { ChatLog, toChatMessage } from '../../../src/calls/ChatLog.ts';

const ada = { id: '00000000-0000-4000-8000-000000000001', username: 'ada', fullName: 'Ada' };
const omar = { id: '00000000-0000-4000-8000-000000000002', username: 'omar', fullName: '' };

describe('ChatLog', () => {
  const write = (log: ChatLog, requestId: string, text = requestId, user = ada, nowMs = 1000) =>
    log.add({ requestId, peerId: 'p', user, text, nowMs });

  it('keeps one message of a request that is repeated, but another user’s under the same id', () => {
    const log = new ChatLog();
    const first = write(log, '1', 'hello');
    const again = write(log, '1', 'something else');
    assert.deepEqual([first.isNew, again.isNew], [true, false]);
    assert.equal(again.message, first.message);
    assert.equal(write(log, '1', 'mine', omar).isNew, true);
    assert.deepEqual(
      log.recent.map(({ text }) => text),
      ['hello', 'mine'],
    );
  });

  it('knows the requests of before it came into memory', () => {
    const { message } = write(new ChatLog(), '1', 'hello');
    const log = new ChatLog([message]);
    assert.deepEqual(log.recent, [toChatMessage(message)]);
    assert.equal(write(log, '1').isNew, false);
  });

  it('never lets time go back or stand still', () => {
    const log = new ChatLog();
    const times = [2000, 1000, 1000, 3000].map((nowMs, i) => write(log, String(i), 'x', ada, nowMs).message.sentAt);
    assert.deepEqual(times.map(Date.parse), [2000, 2001, 2002, 3000]);
  });

  it('remembers the last 200, and shows of long ones as many as fit', () => {
    const log = new ChatLog();
    for (let i = 0; i < 250; i++) write(log, String(i));
    assert.deepEqual([log.recent.length, log.recent[0]?.text, log.recent.at(-1)?.text], [200, '50', '249']);
    for (let i = 0; i < 200; i++) write(log, `long ${String(i)}`, 'x'.repeat(4096));
    assert.equal(log.recent.length, 16);
    assert.equal(log.recent.at(-1)?.text.length, 4096);
  });

  it('shows no ids of requests', () => {
    const log = new ChatLog();
    write(log, 'canary', 'text');
    assert.doesNotMatch(JSON.stringify(log.recent), /canary/);
  });
});
