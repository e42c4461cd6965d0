import assert from 'node:assert/strict';
import type { Connection } from '../../../src/calls/Connection.ts';
import { Presence } from '../../../src/calls/Presence.ts';

function tab(userId: string): Connection & { told: unknown[] } {
  const told: unknown[] = [];
  return {
    id: `${userId}-${String(told.length)}`,
    userId,
    sessionId: userId,
    told,
    notify: (_name, data) => told.push(data),
    deliverConsumer: () => Promise.resolve(false),
  };
}

describe('Presence', () => {
  it('tells watchers of changes only, and only of those they watch', () => {
    const presence = new Presence();
    const watcher = tab('watcher');
    presence.connected(watcher);
    presence.watch(watcher, ['a']);
    const first = tab('a');
    const second = tab('a');
    presence.connected(first);
    presence.connected(second);
    presence.connected(tab('b'));
    presence.enteredCall('a');
    presence.leftCall('a');
    presence.disconnected(first);
    presence.disconnected(second);
    assert.deepEqual(
      watcher.told,
      ['online', 'in_call', 'online', 'offline'].map((p) => ({ userId: 'a', presence: p })),
    );
  });

  it('counts a person in two calls as in a call until both are left', () => {
    const presence = new Presence();
    const page = tab('a');
    presence.connected(page);
    presence.enteredCall('a');
    presence.enteredCall('a');
    presence.leftCall('a');
    assert.equal(presence.of('a'), 'in_call');
    presence.leftCall('a');
    assert.equal(presence.of('a'), 'online');
  });

  it('takes for offline whoever has lost the connection, while his place in a call is kept', () => {
    const presence = new Presence();
    const watcher = tab('watcher');
    presence.watch(watcher, ['a']);
    const page = tab('a');
    presence.connected(page);
    presence.enteredCall('a');
    presence.disconnected(page);
    const back = tab('a');
    presence.connected(back);
    presence.setSilent(back, true);
    presence.setSilent(back, false);
    assert.deepEqual(
      watcher.told,
      ['online', 'in_call', 'offline', 'in_call', 'offline', 'in_call'].map((p) => ({ userId: 'a', presence: p })),
    );
  });

  it('goes by the page that still answers where another one is silent', () => {
    const presence = new Presence();
    const [silent, alive] = [tab('a'), tab('a')];
    presence.connected(silent);
    presence.connected(alive);
    presence.setSilent(silent, true);
    assert.equal(presence.of('a'), 'online');
    presence.disconnected(alive);
    assert.equal(presence.of('a'), 'offline');
  });

  it('forgets what a closed connection watched', () => {
    const presence = new Presence();
    const watcher = tab('watcher');
    presence.connected(watcher);
    presence.watch(watcher, ['a']);
    presence.disconnected(watcher);
    presence.connected(tab('a'));
    assert.deepEqual(watcher.told, []);
  });
});
