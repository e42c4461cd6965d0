import assert from 'node:assert/strict';
import { newEntry } from '../../../src/calls/PolicyLog.ts';
import type { PolicyEntry } from '../../../src/calls/policyChain.ts';
import { Restrictions } from '../../../src/calls/Restrictions.ts';

const [host, ada, omar] = ['host', 'ada', 'omar'];

function decided(action: string, subjectUserId: string | null, change: Partial<PolicyEntry> = {}): PolicyEntry {
  return newEntry({ kind: 'action', action, actorId: host, subjectUserId, subjectPeerId: subjectUserId, ...change });
}
const undo = (entry: PolicyEntry): PolicyEntry =>
  decided('undoAction', entry.subjectUserId, { kind: 'override', details: { undoes: entry.actionId } });

describe('Restrictions', () => {
  it('stop a kind of media of one person, until that is undone', () => {
    const restrictions = new Restrictions([host]);
    const pause = decided('pauseVideo', ada);
    restrictions.apply(pause);
    assert.deepEqual(restrictions.stopsOf(ada), [
      { actionId: pause.actionId, kind: 'video', by: 'host', reason: null },
    ]);
    assert.deepEqual(
      [restrictions.stopped(ada, 'video'), restrictions.stopped(ada, 'audio'), restrictions.stopped(omar, 'video')],
      [true, false, false],
    );
    restrictions.apply(undo(pause));
    assert.deepEqual(restrictions.stopsOf(ada), []);
  });

  it('stop a microphone only when the mute is enforced', () => {
    const restrictions = new Restrictions([host]);
    restrictions.apply(decided('muteProducer', ada, { details: { enforced: false } }));
    restrictions.apply(decided('muteEveryone', null));
    assert.equal(restrictions.stopped(ada, 'audio'), false);
    restrictions.apply(decided('muteProducer', ada, { details: { enforced: true } }));
    assert.deepEqual([restrictions.stopped(ada, 'audio'), restrictions.stopped(ada, 'video')], [true, false]);
  });

  it('keep host and server apart: media flow when neither stops them', () => {
    const restrictions = new Restrictions([host]);
    const byHost = decided('pauseVideo', ada);
    const byServer = decided('pauseVideo', ada, { actorId: null, details: { reason: 'looped' } });
    for (const entry of [byHost, byServer]) {
      assert.equal(restrictions.same(entry), null);
      restrictions.apply(entry);
    }
    assert.equal(restrictions.same(decided('pauseVideo', ada, { actorId: 'another host' })), byHost);
    assert.equal(restrictions.same(decided('pauseVideo', omar)), null);
    restrictions.apply(undo(byHost));
    assert.deepEqual(
      restrictions.stopsOf(ada).map(({ by, reason }) => [by, reason]),
      [['policy', 'looped']],
    );
    restrictions.apply(undo(byServer));
    assert.equal(restrictions.stopped(ada, 'video'), false);
  });

  it('hold somebody until that is undone, after a restart as well', () => {
    const hold = decided('holdPeer', ada, { actorId: null, details: { reason: 'looped' } });
    const restarted = new Restrictions([host], [hold]);
    assert.equal(restarted.holdOf(ada), hold);
    assert.equal(restarted.holdOf(omar), null);
    assert.deepEqual(
      restarted.stopsOf(ada).map(({ kind, by, reason }) => [kind, by, reason]),
      [['video', 'policy', 'looped']],
    );
    assert.equal(new Restrictions([host], [hold, undo(hold)]).holdOf(ada), null);
  });

  it('keep somebody out, and let him in again', () => {
    const restrictions = new Restrictions([host]);
    const eject = decided('ejectPeer', ada);
    restrictions.apply(eject);
    assert.deepEqual([restrictions.ejected(ada), restrictions.ejected(omar)], [true, false]);
    assert.equal(restrictions.find(eject.actionId), eject);
    restrictions.apply(undo(eject));
    assert.equal(restrictions.ejected(ada), false);
    assert.equal(restrictions.find(eject.actionId), null);
  });

  it('know the host, whose role is handed on but never taken back', () => {
    const restrictions = new Restrictions([host]);
    assert.equal(restrictions.isHost(host), true);
    const transfer = decided('transferHost', ada);
    restrictions.apply(transfer);
    restrictions.apply(decided('transferHost', omar, { actorId: ada }));
    assert.deepEqual(
      [host, ada, omar].map((id) => restrictions.isHost(id)),
      [false, false, true],
    );
    assert.equal(restrictions.find(transfer.actionId), null);
  });

  it('are what the log says, and take no part in what it says besides', () => {
    const pause = decided('pauseVideo', ada);
    const log = [
      decided('challengePassed', ada, { kind: 'verdict', details: { enforced: true, undoes: 'x' } }),
      pause,
      decided('ejectPeer', omar),
      undo(pause),
      decided('undoAction', ada, { details: { undoes: 42 } }),
      decided('ejectPeer', null),
    ];
    const restrictions = new Restrictions([host], log);
    assert.deepEqual(
      [restrictions.stopsOf(ada), restrictions.ejected(omar), restrictions.ejected(ada), restrictions.isHost(host)],
      [[], true, false, true],
    );
  });
});
