import assert from 'node:assert/strict';
import type { Call, SecurityEntry } from '../../../src/protocol/rest.ts';
import { callTimeline, worstOf } from '../../../web/src/screens/timeline.ts';

const alice = '00000000-0000-4000-8000-000000000001';
const bob = '00000000-0000-4000-8000-000000000002';
const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 12, 0, second)).toISOString();

const call: Call = {
  id: '00000000-0000-4000-8000-000000000009',
  room_id: 'a'.repeat(22),
  caller: { id: alice, username: 'alice', full_name: '' },
  callee: { id: bob, username: 'bob', full_name: '' },
  call_type: 'video',
  title: null,
  lobby: false,
  status: 'ended',
  start_time: at(0),
  end_time: at(60),
  duration: 60,
  end_reason: 'hung_up',
  created_at: at(0),
  participant_count: 2,
  security_status: 'safe',
};

function look(userId: string, second: number, change: Partial<SecurityEntry> = {}): SecurityEntry {
  return {
    user_id: userId,
    at: at(second),
    status: 'safe',
    assurance: 'passive',
    reason: null,
    risk: 0.1,
    confidence: 0.5,
    causes: [],
    ...change,
  };
}

const timelineOf = (entries: SecurityEntry[]) =>
  callTimeline({ call, participants: [], security_timeline: entries, quality_timeline: [], chat: [] });

describe('callTimeline', () => {
  it('gives each person a band as long as the call, not checked before the first look', () => {
    const { bands } = timelineOf([look(bob, 5), look(bob, 15, { status: 'risk', assurance: 'none' }), look(alice, 6)]);
    const [first] = bands;
    assert.deepEqual(
      first?.parts.map(({ sign, lengthMs }) => [sign, lengthMs]),
      [
        ['unscored', 5_000],
        ['safe', 10_000],
        ['risk', 45_000],
      ],
    );
    assert.deepEqual(
      bands.map(({ userId }) => userId),
      [bob, alice],
    );
  });

  it('joins looks with the same outcome into one stretch', () => {
    const { bands } = timelineOf([look(bob, 5), look(bob, 15), look(bob, 25)]);
    assert.equal(bands[0]?.parts.length, 2);
  });

  it('counts looks, and those without anything unusual', () => {
    const camera = look(bob, 25, { status: 'unscored', reason: 'camera_off', risk: null });
    const { checks, clear } = timelineOf([look(bob, 5), look(bob, 15, { status: 'undetermined' }), camera]);
    assert.deepEqual([checks, clear], [2, 1]);
  });

  it('has nothing to show of a call in which nobody was looked at', () => {
    const { bands, checks, fromMs, toMs } = timelineOf([]);
    assert.deepEqual([bands.length, checks], [0, 0]);
    assert.ok(toMs > fromMs);
  });
});

describe('worstOf', () => {
  it('remembers a risk whatever else there was', () => {
    assert.equal(worstOf(['safe', 'risk', 'undetermined']), 'risk');
  });

  it('takes a doubtful beginning for what every call begins with', () => {
    assert.equal(worstOf(['unscored', 'undetermined', 'safe']), 'safe');
  });

  it('says that nothing was concluded where nothing better came', () => {
    assert.equal(worstOf(['unscored', 'undetermined']), 'undetermined');
    assert.equal(worstOf([]), 'unscored');
  });
});
