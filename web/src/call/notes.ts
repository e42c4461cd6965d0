import type { PeerInfo } from '../../../src/protocol/signaling.ts';
import type { AssessmentView } from './assessments.ts';
import type { CallNote } from './chat.ts';
import { displayName } from './people.ts';

type Views = Readonly<Record<string, AssessmentView>>;

const activeChecks = ['illumination', 'gesture', 'ambient_light'] as const;

/** What is worth a line in the chat: others' checks that were passed between two looks at everybody. */
export function notesOf(before: Views, after: Views, peers: readonly PeerInfo[], nowMs: number): CallNote[] {
  return peers.flatMap(({ peerId, user }): CallNote[] => {
    const was = before[peerId];
    const is = after[peerId];
    if (!was || was.assurance === 'verified' || is?.assurance !== 'verified') return [];
    const passed = activeChecks.find((check) =>
      is.causes.some(({ analyzer, outcome }) => analyzer === check && outcome === 'passed'),
    );
    return passed ? [{ id: `${peerId} ${String(nowMs)}`, atMs: nowMs, passed, name: displayName(user) }] : [];
  });
}
