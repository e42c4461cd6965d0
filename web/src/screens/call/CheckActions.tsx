import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { Button } from '../../parts/Button.tsx';
import { useCall, useCallState, useChallenges } from './callContext.tsx';
import { useOfferedKind } from './challengeOffers.ts';

/** What a host may ask somebody for, and how the last time ended. */
export function CheckActions({ person }: { person: CallPerson }) {
  const { t } = useTranslation();
  const { challenges } = useCall();
  const host = useCallState((state) => state.self?.role === 'host');
  const check = useChallenges((state) => state.peers[person.peerId]);
  const open = check?.state === 'invited' || check?.state === 'running';
  const ask = (kind: 'light' | 'movement') => ({
    disabled: open || !person.cameraOn,
    onClick: () => void challenges.request(person.peerId, kind),
  });
  return (
    <>
      {check && <p className="small muted">{t(`challenge.line.${check.kind}.${check.state}`)}</p>}
      {host && (
        <>
          <Button look="line" data-testid="verify-peer" {...ask('light')}>
            {t('challenge.askLight')}
          </Button>
          <Button look="line" data-testid="verify-peer-movement" {...ask('movement')}>
            {t('challenge.askMovement')}
          </Button>
        </>
      )}
    </>
  );
}

/** A check of one's own wish. */
export function OwnCheckButton() {
  const { t } = useTranslation();
  const { challenges } = useCall();
  const kind = useOfferedKind();
  const on = useCallState((state) => state.own.camera.state === 'on');
  return (
    <Button look="line" data-testid="check-me" disabled={!on} onClick={() => void challenges.start(kind)}>
      {t(`challenge.doNow.${kind}`)}
    </Button>
  );
}
