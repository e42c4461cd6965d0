import assert from 'node:assert/strict';
import { Door, type Crowd, type Entrant } from '../../../src/calls/Door.ts';

const nobody: Crowd = { members: 0, waiting: 0 };

function door(options: { lobby?: boolean; locked?: boolean; known?: string[] } = {}): Door {
  return new Door({
    lobby: options.lobby ?? false,
    locked: options.locked ?? false,
    known: options.known ?? [],
    limits: { maxPeers: 4, maxWaiting: 2 },
  });
}

function somebody(changes: Partial<Entrant> = {}): Entrant {
  return { id: 'ann', role: 'participant', inside: false, ...changes };
}

describe('Door', () => {
  const verdicts: [who: string, entrant: Entrant, lobby: boolean, verdict: 'enter' | 'wait'][] = [
    ['a host', somebody({ role: 'host' }), true, 'enter'],
    ['a participant', somebody(), true, 'wait'],
    ['a participant where there is no lobby', somebody(), false, 'enter'],
    ['a guest', somebody({ role: 'guest' }), true, 'wait'],
    ['a guest where there is no lobby', somebody({ role: 'guest' }), false, 'wait'],
    ['who is inside on another page', somebody({ inside: true }), true, 'enter'],
    ['who took part before', somebody({ id: 'known' }), true, 'enter'],
    ['a guest who took part before', somebody({ id: 'known', role: 'guest' }), true, 'enter'],
  ];
  for (const [who, entrant, lobby, verdict] of verdicts) {
    it(`lets ${who} ${verdict}`, () => {
      assert.equal(door({ lobby, known: ['known'] }).admit(entrant, nobody, 0), verdict);
    });
  }

  it('lets in again whom a host let in once', () => {
    const lobby = door({ lobby: true });
    lobby.remember('ann');
    assert.equal(lobby.admit(somebody(), nobody, 0), 'enter');
  });

  it('when locked, lets nobody new in or wait, but hosts and whoever took part', () => {
    for (const lobby of [true, false]) {
      const locked = door({ lobby, locked: true, known: ['known'] });
      for (const role of ['participant', 'guest'] as const) {
        assert.throws(() => locked.admit(somebody({ role }), nobody, 0), { code: 'LOCKED' });
        assert.equal(locked.admit(somebody({ role, inside: true }), nobody, 0), 'enter');
        assert.equal(locked.admit(somebody({ role, id: 'known' }), nobody, 0), 'enter');
      }
      assert.equal(locked.admit(somebody({ role: 'host' }), nobody, 0), 'enter');
    }
  });

  it('is full for everybody, hosts included', () => {
    const full = { members: 4, waiting: 0 };
    for (const entrant of [somebody({ role: 'host' }), somebody(), somebody({ inside: true })]) {
      assert.throws(() => door().admit(entrant, full, 0), { code: 'CAPACITY' });
    }
  });

  it('counts those who wait apart from those who are in', () => {
    const lobby = door({ lobby: true });
    assert.equal(lobby.admit(somebody(), { members: 4, waiting: 1 }, 0), 'wait');
    assert.throws(() => lobby.admit(somebody(), { members: 0, waiting: 2 }, 0), { code: 'CAPACITY' });
    assert.equal(lobby.admit(somebody({ role: 'host' }), { members: 3, waiting: 2 }, 0), 'enter');
  });

  it('does not let somebody ask again for a minute after he was turned away', () => {
    const lobby = door({ lobby: true });
    lobby.deny('ann', 1000);
    assert.throws(() => lobby.admit(somebody(), nobody, 60_999), { code: 'DENIED', retryAfterS: 1 });
    assert.equal(lobby.admit(somebody({ id: 'bob' }), nobody, 1000), 'wait');
    assert.equal(lobby.admit(somebody(), nobody, 61_000), 'wait');
  });
});
