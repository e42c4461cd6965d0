import assert from 'node:assert/strict';
import type { PeerInfo, ProducerInfo } from '../../../src/protocol/signaling.ts';
import {
  initialSnapshot,
  isSending,
  withJoined,
  withoutConsumer,
  withProducer,
  withTrack,
  type CallSnapshot,
} from '../../../web/src/call/callState.ts';

const camera: ProducerInfo = {
  producerId: 'camera-1',
  peerId: 'peer-1',
  source: 'camera',
  paused: false,
  backgroundChanged: false,
};
const microphone: ProducerInfo = {
  producerId: 'mic-1',
  peerId: 'peer-1',
  source: 'mic',
  paused: false,
  backgroundChanged: false,
};

function peer(peerId: string): PeerInfo {
  return {
    peerId,
    user: { id: '8d9f7f6e-31a4-4b6a-9a5e-0c8f5a8b7f10', username: peerId, fullName: '' },
    role: 'host',
    connection: 'connected',
    joinedAt: '2026-01-01T00:00:00.000Z',
    stops: [],
  };
}

function joined(producers: ProducerInfo[]): Parameters<typeof withJoined>[1] {
  return {
    call: {
      callId: '8d9f7f6e-31a4-4b6a-9a5e-0c8f5a8b7f10',
      roomId: 'AAAAAAAAAAAAAAAAAAAAAA',
      callType: 'video',
      title: null,
      caller: peer('peer-1').user,
      callee: null,
      status: 'active',
      startTime: null,
      lobby: false,
      locked: false,
      checks: initialSnapshot.policy.leastChecks,
    },
    self: { peerId: 'self', role: 'host', state: 'joined', resumeToken: 'token', stops: [] },
    peers: [peer('peer-1'), peer('self')],
    producers,
    activeSpeaker: null,
    messages: [],
    hands: [],
    waiting: [],
    policy: initialSnapshot.policy,
  };
}

/** A consumer as it stands once the page has it. */
function receiving(producer: ProducerInfo): CallSnapshot {
  const { producerId, peerId, source } = producer;
  const known = { ...initialSnapshot, ...withProducer(initialSnapshot, producer) };
  const track = { consumerId: `of ${producerId}`, producerId, peerId, source, stopped: false, layer: undefined };
  return { ...known, ...withTrack(known, { ...track, track: {} as MediaStreamTrack }) };
}

function enter(snapshot: CallSnapshot, producers: ProducerInfo[]): CallSnapshot {
  return { ...snapshot, ...withJoined(snapshot, joined(producers)) };
}

describe('withJoined', () => {
  it('shows a camera whose offer came before the answer to the join, which does not know of it', () => {
    const snapshot = enter(receiving(camera), [microphone]);
    assert.ok(isSending(snapshot, 'peer-1', 'camera'));
    assert.ok(isSending(snapshot, 'peer-1', 'mic'));
  });

  it('takes the word of the answer for what both know', () => {
    const snapshot = enter(receiving(camera), [{ ...camera, paused: true }]);
    assert.ok(!isSending(snapshot, 'peer-1', 'camera'));
  });

  it('forgets what was sent before and is not received any more', () => {
    const before = receiving(camera);
    const over = { ...before, ...withoutConsumer(before, 'of camera-1'), ...withProducer(before, microphone) };
    assert.deepEqual(Object.keys(enter({ ...over, tracks: {} }, []).producers), []);
  });

  it('never lists oneself among the others', () => {
    const { peers } = enter(initialSnapshot, []);
    assert.deepEqual(
      peers.map(({ peerId }) => peerId),
      ['peer-1'],
    );
  });
});
