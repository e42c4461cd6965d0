import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChallengeEnd, ChallengeResult } from '../../../../src/protocol/challenge.ts';
import type { Sign } from '../../call/signs.ts';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { StatusGlyph } from '../../parts/StatusGlyph.tsx';
import styles from './Challenge.module.css';
import { useOfferedKind } from './challengeOffers.ts';
import { useCall, useCallState } from './callContext.tsx';

const signs: Readonly<Record<ChallengeResult, Sign>> = {
  passed: 'verified',
  failed: 'risk',
  inconclusive: 'undetermined',
  not_done: 'unscored',
};

/** How it ended, what that shows and what helps; never a number. */
export function ChallengeOutcome({ end }: { end: ChallengeEnd }) {
  const { t } = useTranslation();
  const id = useId();
  const { challenges } = useCall();
  const { result, reason, kind } = end;
  const sign = signs[result];
  return (
    <Dialog labelledBy={id} testId="challenge" onEscape={() => void challenges.dismiss()}>
      <div className={styles.dialog}>
        <div
          className={styles.result}
          data-sign={sign}
          data-testid="challenge-result"
          data-result={result}
          data-reason={reason}
        >
          <StatusGlyph sign={sign} size={52} />
          <div className="stack" style={{ gap: 6 }}>
            <h1 id={id}>{t(`challenge.title.${result}`)}</h1>
            <p className="muted">{t(`challenge.seen.${kind}.${reason}`)}</p>
          </div>
        </div>
        <div className={styles.means}>
          <b>{t(`challenge.boxTitle.${result}`)}</b>
          <p>{t(`challenge.box.${kind}.${result}`)}</p>
        </div>
        <Actions end={end} />
      </div>
    </Dialog>
  );
}

function Actions({ end: { result, retry, kind } }: { end: ChallengeEnd }) {
  const { t } = useTranslation();
  const { challenges } = useCall();
  const inCall = useCallState((state) => state.phase === 'connected');
  const offered = useOfferedKind();
  const back = inCall ? t('challenge.back') : t('challenge.backToDoor');
  const again = kind === 'light' ? offered : kind;
  const review = (): void => {
    void challenges.requestReview();
    void challenges.dismiss();
  };
  const leave = { onClick: () => void challenges.dismiss(), 'data-testid': 'challenge-close' };
  if (result === 'passed') {
    return (
      <div className={styles.actions} data-one>
        <Button look="main" {...leave}>
          {back}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.actions}>
      {result === 'failed' && inCall ? (
        <Button data-testid="challenge-review" onClick={review}>
          {t('challenge.review')}
        </Button>
      ) : (
        <Button {...leave}>{back}</Button>
      )}
      {result === 'not_done' ? (
        <Button look="main" data-testid="challenge-retry" onClick={() => void challenges.start('movement')}>
          {t('challenge.doMovement')}
        </Button>
      ) : retry || result === 'failed' ? (
        <Button look="main" data-testid="challenge-retry" onClick={() => void challenges.start(again)}>
          {t('action.tryAgain')}
        </Button>
      ) : (
        <Button look="main" onClick={() => void challenges.start(kind === 'light' ? 'movement' : offered)}>
          {kind === 'light' ? t('challenge.doMovement') : t('action.tryAgain')}
        </Button>
      )}
    </div>
  );
}
