import assert from 'node:assert/strict';
import type { NotificationData, PeerInfo, Stop } from '../../../src/protocol/signaling.ts';
import {
  initialSnapshot,
  withoutPeer,
  withPeer,
  withPolicy,
  type CallSnapshot,
} from '../../../web/src/call/callState.ts';
import { byHandRoleName, othersOf, selfOf } from '../../../web/src/call/people.ts';

const peer = (name: string, change: Partial<PeerInfo> = {}): PeerInfo => ({
  peerId: name,
  user: { id: '8d9f7f6e-31a4-4b6a-9a5e-0c8f5a8b7f10', username: name, fullName: '' },
  role: 'participant',
  connection: 'connected',
  joinedAt: '2026-01-01T00:00:00.000Z',
  stops: [],
  ...change,
});
const stop = (kind: Stop['kind'], by: Stop['by']): Stop => ({ actionId: `${kind} ${by}`, kind, by, reason: null });

function inCall(peers: PeerInfo[], change: Partial<CallSnapshot> = {}): CallSnapshot {
  const sent = peers.map(({ peerId }) => ({
    producerId: peerId,
    peerId,
    source: 'camera' as const,
    paused: false,
    backgroundChanged: false,
  }));
  const self = { peerId: 'me', role: 'participant' as const, state: 'joined' as const, stops: [] };
  return {
    ...initialSnapshot,
    self,
    peers,
    producers: Object.fromEntries(sent.map((p) => [p.producerId, p])),
    ...change,
  };
}

const notice = (change: Partial<NotificationData<'policyApplied'>>): NotificationData<'policyApplied'> => ({
  actionId: 'a',
  action: 'ejectPeer',
  peerId: 'ada',
  by: 'me',
  enforced: false,
  reason: null,
  undone: null,
  undoes: null,
  ...change,
});

describe('the people of a call', () => {
  it('are listed with raised hands first in their order, then hosts, then by name', () => {
    const peers = [peer('zoe'), peer('ben'), peer('hank', { role: 'host' }), peer('kim'), peer('ada')];
    const people = othersOf(inCall(peers, { hands: ['kim', 'zoe'] })).sort(byHandRoleName);
    assert.deepEqual(
      people.map(({ name, hand }) => [name, hand]),
      [
        ['kim', 1],
        ['zoe', 2],
        ['hank', null],
        ['ada', null],
        ['ben', null],
      ],
    );
  });

  it('say who keeps a picture from the others, the server before a host', () => {
    const by = (stops: Stop[]) => othersOf(inCall([peer('ada', { stops })]))[0]?.cameraStopped;
    assert.equal(by([]), null);
    assert.equal(by([stop('audio', 'host')]), null);
    assert.equal(by([stop('video', 'host')]), 'host');
    assert.equal(by([stop('video', 'host'), stop('video', 'policy')]), 'policy');
  });

  it('tell oneself of the own role and stops', () => {
    const snapshot = inCall([]);
    const next = { ...snapshot, ...withPeer(snapshot, peer('me', { role: 'host', stops: [stop('audio', 'host')] })) };
    assert.deepEqual([next.self?.role, next.self?.stops.length, next.peers], ['host', 1, []]);
    assert.equal(selfOf(next, 'You', 'Me').role, 'host');
  });

  it('who were removed stay known by name until that is undone', () => {
    let snapshot = inCall([peer('ada'), peer('ben')]);
    snapshot = { ...snapshot, ...withoutPeer(snapshot, 'ada') };
    snapshot = { ...snapshot, ...withPolicy(snapshot, notice({ actionId: 'first' }), 1) };
    assert.deepEqual(snapshot.removed, [{ actionId: 'first', name: 'ada' }]);
    const undo = notice({ actionId: 'second', action: 'undoAction', undone: 'ejectPeer', undoes: 'first' });
    snapshot = { ...snapshot, ...withPolicy(snapshot, undo, 2) };
    assert.deepEqual(snapshot.removed, []);
    assert.deepEqual(
      snapshot.notes.map((note) => [note.id, note.name]),
      [
        ['first', 'ada'],
        ['second', 'ada'],
      ],
    );
  });
});
