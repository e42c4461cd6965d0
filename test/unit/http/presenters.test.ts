import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import type { CallDetails, CallRecord } from '../../../src/calls/CallStore.ts';
import { toCall, toCallDetails, toSession, toTokens, toUser } from '../../../src/http/presenters.ts';
import { call as callSchema, routes } from '../../../src/protocol/rest.ts';
import { user as userSchema } from '../../../src/protocol/route.ts';

const ann = { id: randomUUID(), username: 'ann', fullName: 'Ann Lee' };
const bob = { id: randomUUID(), username: 'bob', fullName: 'Bob' };
const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));

function record(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    id: randomUUID(),
    roomId: 'A'.repeat(22),
    caller: ann,
    callee: bob,
    callType: 'video',
    title: null,
    lobby: false,
    locked: false,
    status: 'active',
    startTime: at(10),
    endTime: null,
    durationS: 0,
    endReason: null,
    createdAt: at(0),
    participantCount: 2,
    securityStatus: 'safe',
    ...changes,
  };
}

describe('toCall', () => {
  const cases: [name: string, changes: Partial<CallRecord>, duration: number][] = [
    ['counts a running call from its start to now, in whole seconds', {}, 90],
    ['takes the stored duration of a call that is over', { status: 'ended', endTime: at(70), durationS: 60 }, 60],
    ['gives a ringing call none', { status: 'ringing', startTime: null }, 0],
    ['gives a missed call none', { status: 'missed', startTime: null, endTime: at(30) }, 0],
    ['gives none when the clock was set back', { startTime: at(500) }, 0],
  ];
  for (const [name, changes, duration] of cases) {
    it(name, () => {
      const call = toCall(record(changes), new Date(at(100).getTime() + 999));
      assert.equal(call.duration, duration);
      callSchema.parse(call);
    });
  }

  it('names every field, and nothing that the record has beyond them', () => {
    const call = toCall({ ...record({ callee: null }), nodeId: 'canary' } as CallRecord, at(100));
    callSchema.parse(call);
    assert.equal(call.callee, null);
    assert.deepEqual(call.caller, { id: ann.id, username: 'ann', full_name: 'Ann Lee' });
  });
});

describe('toCallDetails', () => {
  const message = { messageId: randomUUID(), peerId: 'p', requestId: 'canary', sentAt: at(30), text: '<b>hello</b>' };
  const details: CallDetails = {
    call: record(),
    participants: [{ user: ann, role: 'host', joinedAt: at(10), leftAt: null }],
    security: [ann, bob].map(({ id: userId }) => ({
      userId,
      at: at(20),
      status: 'risk',
      assurance: 'passive',
      reason: null,
      risk: 0.749,
      confidence: 0.05,
      causes: [{ analyzer: 'stream_integrity', outcome: 'found', code: 'looped' }],
    })),
    quality: [{ callId: '', userId: ann.id, at: at(15), score: 9, bitrateBps: 1, loss: 0, rttMs: 2, freezeS: 0 }],
    chat: [
      { ...message, userId: ann.id, username: 'ann', fullName: ' ' },
      { ...message, userId: null, username: '', fullName: 'Mira' },
    ],
  };

  it('hides from the asker what is known about himself, and rounds what is known about others', () => {
    const answer = toCallDetails(details, ann.id, at(100));
    routes.callDetails.response.parse(answer);
    const [own, other] = answer.security_timeline;
    assert.deepEqual([own?.status, own?.risk, own?.confidence, own?.causes], ['risk', null, null, []]);
    assert.deepEqual([other?.risk, other?.confidence, other?.causes.length], [0.7, 0.1, 1]);
  });

  it('names the writers of messages, guests among them, and nothing else of them', () => {
    const { chat } = toCallDetails(details, ann.id, at(100));
    assert.deepEqual(
      chat.map(({ user_id, name, text }) => [user_id, name, text]),
      [
        [ann.id, 'ann', '<b>hello</b>'],
        [null, 'Mira', '<b>hello</b>'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(chat), /canary/);
  });

  it('keeps null as null', () => {
    const [scan] = details.security;
    assert(scan);
    const unscored = { ...scan, status: 'unscored' as const, reason: 'no_face' as const, risk: null, confidence: null };
    const answer = toCallDetails({ ...details, security: [unscored] }, bob.id, at(100));
    assert.deepEqual([answer.security_timeline[0]?.risk, answer.security_timeline[0]?.confidence], [null, null]);
  });
});

describe('toUser, toTokens and toSession', () => {
  const account = { ...ann, email: 'ann@example.org', role: 'member' as const };

  it('name every field', () => {
    const secret = { ...account, passwordHash: 'canary', status: 'active' };
    assert.doesNotMatch(JSON.stringify(userSchema.parse(toUser(secret))), /canary/);
    const tokens = toTokens({
      user: secret,
      sessionId: randomUUID(),
      accessToken: 'a',
      expiresInS: 900,
      refreshToken: 'r',
    });
    assert.deepEqual(routes.login.response.parse(tokens), {
      user: { id: ann.id, username: 'ann', email: 'ann@example.org', full_name: 'Ann Lee', role: 'member' },
      access_token: 'a',
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: 'r',
    });
  });

  it('mark the session that asks', () => {
    const session = { sessionId: randomUUID(), ipAddress: '::1', userAgent: null, createdAt: at(0), expiresAt: at(9) };
    assert.equal(toSession(session, session.sessionId).current, true);
    assert.equal(toSession(session, randomUUID()).current, false);
  });
});
