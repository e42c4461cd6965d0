import { IconVideoOff } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { CauseCode } from '../../../../src/protocol/assessment.ts';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import styles from './Challenge.module.css';
import { useCall } from './callContext.tsx';

/** Held by the policy: what is stopped and why, and the ways out of it. One still hears and sees the others. */
export function CallHeld({ reason }: { reason: CauseCode }) {
  const { t } = useTranslation();
  const id = useId();
  const call = useCall();
  const { challenges } = call;
  const why = reason === 'looped' || reason === 'frozen' || reason === 'failed' ? reason : 'other';
  return (
    <Dialog labelledBy={id} testId="call-held">
      <div className={styles.dialog}>
        <div className={styles.result}>
          <IconVideoOff size={48} stroke={1.6} aria-hidden />
          <div className="stack" style={{ gap: 6 }}>
            <h1 id={id}>{t('held.title')}</h1>
            <p className="muted">
              {t(`held.why.${why}`)}
              {t('held.until')}
            </p>
          </div>
        </div>
        <div className={styles.means}>
          <b>{t('held.ifYou')}</b>
          <p>{t('held.ifYouMore')}</p>
        </div>
        <div className={styles.actions}>
          <Button look="main" data-testid="held-light" onClick={() => void challenges.start('light')}>
            {t('held.light')}
          </Button>
          <Button data-testid="held-movement" onClick={() => void challenges.start('movement')}>
            {t('held.movement')}
          </Button>
        </div>
        <div className={styles.actions}>
          <Button look="quiet" onClick={() => void challenges.requestReview()}>
            {t('challenge.review')}
          </Button>
          <Button look="quiet" onClick={() => void call.leave().catch(() => undefined)}>
            {t('held.leave')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
