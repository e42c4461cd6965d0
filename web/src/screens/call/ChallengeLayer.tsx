import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { noteOfCheck } from '../../call/sounds.ts';
import { CallHeld } from './CallHeld.tsx';
import { isOffer } from './challengeOffers.ts';
import { ChallengeInvitation } from './ChallengeInvitation.tsx';
import { ChallengeOutcome } from './ChallengeOutcome.tsx';
import { ChallengeRun } from './ChallengeRun.tsx';
import { useCallState, useChallenges } from './callContext.tsx';

/** The own active check over whatever is open: asked for, running, ended. */
export function ChallengeLayer() {
  const own = useChallenges((state) => state.own);
  const held = useChallenges((state) => state.held);
  const running = own?.phase === 'running';
  // In the call the server's own offer is a banner: it may come in the middle of a sentence.
  const quiet = useCallState((state) => state.phase === 'connected') && own?.phase === 'invited' && isOffer(own.info);
  useEffect(() => {
    if (!running) return;
    noteOfCheck();
    return noteOfCheck;
  }, [running]);
  return (
    <>
      {own?.phase === 'invited' && !quiet && <ChallengeInvitation info={own.info} />}
      {held !== null && (own === null || quiet) && <CallHeld reason={held} />}
      {own?.phase === 'running' && <ChallengeRun own={own} />}
      {own?.phase === 'ended' && <ChallengeOutcome end={own.end} />}
      <Spoken result={own?.phase === 'ended' ? own.end.result : null} />
    </>
  );
}

function Spoken({ result }: { result: 'passed' | 'failed' | 'inconclusive' | 'not_done' | null }) {
  const { t } = useTranslation();
  return (
    <div className="sr" role="status" aria-live="polite">
      {result !== null && t(`challenge.title.${result}`)}
    </div>
  );
}
