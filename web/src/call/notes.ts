import type { PeerInfo } from '../../../src/protocol/signaling.ts';
import type { AssessmentView } from './assessments.ts';
import type { CallNote, PolicyNote } from './chat.ts';
import { displayName } from './displayName.ts';

type Views = Readonly<Record<string, AssessmentView>>;

const activeChecks = ['illumination', 'gesture', 'ambient_light'] as const;

/** What is worth a line in the chat: others' checks that were passed between two looks at everybody. */
export function notesOf(before: Views, after: Views, peers: readonly PeerInfo[], nowMs: number): CallNote[] {
  return peers.flatMap(({ peerId, user }): CallNote[] => {
    const was = before[peerId];
    const is = after[peerId];
    if (!was || was.assurance === 'verified' || is?.assurance !== 'verified') return [];
    const check = activeChecks.find((one) =>
      is.causes.some(({ analyzer, outcome }) => analyzer === one && outcome === 'passed'),
    );
    return check
      ? [{ kind: 'passed', id: `${peerId} ${String(nowMs)}`, atMs: nowMs, check, name: displayName(user) }]
      : [];
  });
}

/** A line about what was done to somebody. @param nameOf - By peer id; empty where nobody is known by it. */
export function policyNote(
  notice: PolicyNote['notice'],
  nameOf: (peerId: string | null) => string,
  nowMs: number,
): PolicyNote {
  const { actionId, peerId, by } = notice;
  return { kind: 'policy', id: actionId, atMs: nowMs, notice, name: nameOf(peerId), byName: nameOf(by) };
}
