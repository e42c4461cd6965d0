import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useClient } from '../app/context.tsx';
import { Button } from '../parts/Button.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import styles from './ConsentDialog.module.css';

/** The question about the checks, whenever somebody asks it: before the camera opens for the first time, or on wish. */
export function ConsentDialog() {
  const question = useStore(useClient().question);
  return question && <Question onAnswer={question.answer} />;
}

function Question({ onAnswer }: { onAnswer: (choice: { check: boolean; evidence: boolean } | null) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [evidence, setEvidence] = useState(false);
  return (
    <Dialog labelledBy={id} testId="consent" onEscape={() => onAnswer(null)}>
      <div className={styles.body}>
        <div className="stack" style={{ gap: 4 }}>
          <h1 id={id}>{t('consent.title')}</h1>
          <p className="muted">{t('consent.text')}</p>
        </div>
        <label className={styles.evidence}>
          <input
            type="checkbox"
            data-testid="consent-evidence"
            checked={evidence}
            onChange={(event) => setEvidence(event.currentTarget.checked)}
          />
          <span>
            {t('consent.evidence')}
            <br />
            <span className="small muted">{t('consent.evidenceMore')}</span>
          </span>
        </label>
        <div className={styles.choices}>
          <div className={styles.outcome}>
            <Button look="main" wide data-testid="consent-accept" onClick={() => onAnswer({ check: true, evidence })}>
              {t('consent.accept')}
            </Button>
            <p className="small muted">{t('consent.checkMore')}</p>
          </div>
          <div className={styles.outcome}>
            <Button wide data-testid="consent-refuse" onClick={() => onAnswer({ check: false, evidence: false })}>
              {t('consent.refuse')}
            </Button>
            <p className="small muted">{t('consent.withoutMore')}</p>
          </div>
        </div>
        <p className="small muted">{t('consent.later')}</p>
      </div>
    </Dialog>
  );
}
