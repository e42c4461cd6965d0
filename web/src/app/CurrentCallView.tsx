import { lazy, Suspense, useEffect } from 'react';
import type { CallClient } from '../call/CallClient.ts';
import type { CurrentCall } from '../call/Calls.ts';
import { videoElement } from '../parts/videoElement.ts';
import { CallContext, useCallState } from '../screens/call/callContext.tsx';
import { CallingScreen } from '../screens/CallingScreen.tsx';
import { LobbyScreen } from '../screens/LobbyScreen.tsx';
import { PreJoinScreen } from '../screens/PreJoinScreen.tsx';

const loadCallScreen = () => import('../screens/call/CallScreen.tsx').then((m) => ({ default: m.CallScreen }));
const loadCallSounds = () => import('../screens/call/CallSounds.tsx').then((m) => ({ default: m.CallSounds }));
const loadChallenge = () => import('../screens/call/ChallengeLayer.tsx').then((m) => ({ default: m.ChallengeLayer }));
const ChallengeLayer = lazy(loadChallenge);
const CallScreen = lazy(loadCallScreen);
const CallSounds = lazy(loadCallSounds);

/** Fetches the call's code in quiet, so that the first call does not wait for it. */
export async function preloadCall(): Promise<void> {
  await Promise.all([loadCallScreen(), loadCallSounds(), loadChallenge(), import('../call/CallClient.ts')]);
}

/** The screen of the running call, by its phase. The call's code comes with the first call. */
export function CurrentCallView({ current }: { current: CurrentCall }) {
  return (
    <CallContext value={current.client}>
      <Suspense>
        <PhaseScreen current={current} />
        <ReadyVideos />
        <CallSounds />
        <ChallengeLayer />
      </Suspense>
    </CallContext>
  );
}

/** What of a call that rings runs before it is taken. */
export function RingingCall({ client }: { client: CallClient }) {
  return (
    <CallContext value={client}>
      <ReadyVideos />
    </CallContext>
  );
}

/** Has the players of the others' pictures run before the call is entered. */
function ReadyVideos() {
  const tracks = useCallState((state) => state.tracks);
  const phase = useCallState((state) => state.phase);
  useEffect(() => {
    if (phase === 'connected') return;
    for (const { track } of Object.values(tracks)) if (track.kind === 'video') videoElement(track);
  }, [tracks, phase]);
  return null;
}

function PhaseScreen({ current }: { current: CurrentCall }) {
  const phase = useCallState((state) => state.phase);
  if (phase === 'connected') return <CallScreen />;
  if (phase === 'waiting') return <LobbyScreen />;
  return current.kind === 'meeting' ? <PreJoinScreen /> : <CallingScreen outgoing={current.kind === 'outgoing'} />;
}
