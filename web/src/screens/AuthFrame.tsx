import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../api/serverClock.ts';
import type { AssessmentView } from '../call/assessments.ts';
import { LanguageSwitch } from '../parts/LanguageSwitch.tsx';
import { Mark } from '../parts/Mark.tsx';
import { Plate } from '../parts/Plate.tsx';
import styles from './AuthScreen.module.css';
import person from './person.svg';

/** The frame of what one meets before one is in: a form, and beside it what the product does. */
export function AuthFrame({ testId, children }: { testId?: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <main className={styles.auth} data-testid={testId}>
      <div className={styles.left}>
        <div className="row">
          <span className={styles.brand}>
            <Mark />
            <span>{t('brand')}</span>
          </span>
          <span className="grow" />
          <LanguageSwitch />
        </div>
        {children}
      </div>
      <Claim />
    </main>
  );
}

/** A picture of what the product does: a tile with a plate. */
function Claim() {
  const { t } = useTranslation();
  const view: AssessmentView = {
    status: 'safe',
    assurance: 'passive',
    reason: null,
    risk: null,
    confidence: null,
    causes: [],
    scannedAtMs: null,
    verifiedAtMs: null,
  };
  const [scannedAtMs] = useState(() => serverNow() - 4000);
  return (
    <aside className={styles.right} aria-label={t('auth.about')}>
      <figure>
        <div className={styles.tile} aria-hidden inert>
          <img src={person} alt="" />
          <Plate name={t('auth.sampleName')} view={{ ...view, scannedAtMs }} full sample tabIndex={-1} />
        </div>
        <figcaption>
          {t('auth.claim')}
          <span>{t('auth.claimMore')}</span>
        </figcaption>
      </figure>
    </aside>
  );
}
