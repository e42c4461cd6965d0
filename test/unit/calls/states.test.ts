import assert from 'node:assert/strict';
import { allowedStates, flowBetween, hostOnly } from '../../../src/calls/states.ts';
import { requests, type RequestName } from '../../../src/protocol/signaling.ts';
import { peerState, type PeerState } from '../../../src/protocol/values.ts';

const states: readonly PeerState[] = peerState.options;

describe('allowedStates', () => {
  it('has a row for every request and none besides', () => {
    assert.deepEqual(Object.keys(allowedStates).sort(), Object.keys(requests).sort());
  });

  it('lets somebody who has left or was ejected only leave and sign in again', () => {
    for (const state of ['left', 'ejected'] as const) {
      const allowed = names().filter((name) => allowedStates[name].includes(state));
      assert.deepEqual(allowed.sort(), ['leave', 'reauthenticate']);
    }
  });

  it('lets nobody take media in before joining, nor from the waiting room', () => {
    for (const name of ['setConsumerLayers', 'pauseConsumer', 'resumeConsumer'] as const) {
      assert.deepEqual([...allowedStates[name]], ['joined', 'held']);
    }
  });

  it('keeps what only hosts may do to joined peers', () => {
    for (const name of hostOnly) assert.deepEqual([...allowedStates[name]], ['joined']);
  });
});

describe('flowBetween', () => {
  it('lets media flow only to people who are in the call, from people who have joined', () => {
    for (const viewer of states) {
      for (const owner of states) {
        for (const direct of [true, false]) {
          const expected = (viewer === 'joined' || viewer === 'held') && owner === 'joined';
          assert.equal(flowBetween(viewer, owner, direct) === 'flowing', expected, `${viewer} <- ${owner}`);
        }
      }
    }
  });

  it('prepares a newcomer for a meeting without its members learning of him', () => {
    assert.equal(flowBetween('prepared', 'joined', false), 'prepared');
    assert.equal(flowBetween('joined', 'prepared', false), 'none');
    assert.equal(flowBetween('prepared', 'prepared', false), 'none');
  });

  it('prepares both directions of a direct call', () => {
    assert.equal(flowBetween('prepared', 'joined', true), 'prepared');
    assert.equal(flowBetween('joined', 'prepared', true), 'prepared');
  });

  it('gives nothing to or from the waiting room', () => {
    for (const other of states) {
      for (const direct of [true, false]) {
        assert.equal(flowBetween('waiting', other, direct), 'none');
        assert.equal(flowBetween(other, 'waiting', direct), 'none');
      }
    }
  });
});

function names(): RequestName[] {
  return Object.keys(requests) as RequestName[];
}
