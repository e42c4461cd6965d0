import { lazy, Suspense } from 'react';
import type { CurrentCall } from '../call/Calls.ts';
import { CallContext, useCallState } from '../screens/call/callContext.tsx';
import { CallingScreen } from '../screens/CallingScreen.tsx';
import { PreJoinScreen } from '../screens/PreJoinScreen.tsx';

const CallScreen = lazy(() => import('../screens/call/CallScreen.tsx').then((m) => ({ default: m.CallScreen })));
const CallSounds = lazy(() => import('../screens/call/CallSounds.tsx').then((m) => ({ default: m.CallSounds })));

/** The screen of the running call, by its phase. The call's code comes with the first call. */
export function CurrentCallView({ current }: { current: CurrentCall }) {
  return (
    <CallContext value={current.client}>
      <Suspense>
        <PhaseScreen current={current} />
        <CallSounds />
      </Suspense>
    </CallContext>
  );
}

function PhaseScreen({ current }: { current: CurrentCall }) {
  const phase = useCallState((state) => state.phase);
  if (phase === 'connected') return <CallScreen />;
  return current.kind === 'meeting' ? <PreJoinScreen /> : <CallingScreen outgoing={current.kind === 'outgoing'} />;
}
