import assert from 'node:assert/strict';
import type { Call } from '../../../src/protocol/rest.ts';
import {
  contactsOf,
  directionOf,
  isMissed,
  matches,
  otherOf,
  roomOfLink,
} from '../../../web/src/screens/callRecord.ts';

const person = (id: string) => ({ id, username: id, full_name: '' });

function record(change: Partial<Call> = {}): Call {
  return {
    id: 'c',
    room_id: 'a'.repeat(22),
    caller: person('me'),
    callee: person('ada'),
    call_type: 'video',
    title: null,
    lobby: false,
    status: 'ended',
    start_time: null,
    end_time: null,
    duration: 0,
    end_reason: null,
    created_at: '2026-05-01T12:00:00Z',
    participant_count: 2,
    security_status: null,
    ...change,
  };
}

describe('a call as one of its people sees it', () => {
  it('has a direction and another side', () => {
    assert.equal(directionOf(record(), 'me'), 'outgoing');
    assert.equal(directionOf(record(), 'ada'), 'incoming');
    assert.equal(directionOf(record({ callee: null }), 'me'), 'meeting');
    assert.equal(otherOf(record(), 'me').id, 'ada');
    assert.equal(otherOf(record(), 'ada').id, 'me');
  });

  it('is missed by the one who was called only', () => {
    const missed = record({ status: 'missed' });
    assert.equal(isMissed(missed, 'ada'), true);
    assert.equal(isMissed(missed, 'me'), false);
  });

  it('is found by the filters', () => {
    const risky = record({ security_status: 'risk' });
    assert.equal(matches(risky, 'risk', 'me'), true);
    assert.equal(matches(record(), 'risk', 'me'), false);
    assert.equal(matches(record({ callee: null }), 'meetings', 'me'), true);
    assert.equal(matches(record({ status: 'missed' }), 'missed', 'ada'), true);
  });

  it('makes a contact of the other side, once, the latest first', () => {
    const calls = [record(), record({ callee: person('omar') }), record(), record({ callee: null })];
    assert.deepEqual(
      contactsOf(calls, 'me').map(({ id }) => id),
      ['ada', 'omar'],
    );
  });
});

describe('roomOfLink', () => {
  const room = 'AbCdEfGhIjKlMnOpQr_-12';

  it('takes a whole link or the room alone', () => {
    for (const text of [room, ` https://calls.example.org/m/${room} `, `/m/${room}`, `https://x/m/${room}?a=1#b`]) {
      assert.equal(roomOfLink(text), room, text);
    }
  });

  it('refuses what is none', () => {
    for (const text of ['', 'hello', 'https://calls.example.org/m/short', `${room}x`, `https://x/n/${room}`]) {
      assert.equal(roomOfLink(text), null, text);
    }
  });
});
