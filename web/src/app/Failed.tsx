import { useTranslation } from 'react-i18next';
import { Button } from '../parts/Button.tsx';
import { errorWords } from './errorWords.ts';
import styles from './Failed.module.css';

/** In the place of what could not be loaded: why, and another try. */
export function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.failed} data-testid="failed">
      <p role="alert">{errorWords(error, t)}</p>
      <Button onClick={onAgain}>{t('action.tryAgain')}</Button>
    </div>
  );
}
