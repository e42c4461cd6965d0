import { useTranslation } from 'react-i18next';
import type { ChallengeKind } from '../../../../src/protocol/challenge.ts';
import { Button } from '../../parts/Button.tsx';
import { useCall } from './callContext.tsx';

/** The two answers to an offered check, of the same size. */
export function ChallengeChoice({ kind }: { kind: ChallengeKind }) {
  const { t } = useTranslation();
  const { challenges } = useCall();
  return (
    <>
      <Button data-testid="challenge-refuse" onClick={() => void challenges.dismiss()}>
        {t('challenge.notNow')}
      </Button>
      <Button look="main" data-testid="challenge-accept" onClick={() => void challenges.start(kind)}>
        {t('challenge.start')}
      </Button>
    </>
  );
}
