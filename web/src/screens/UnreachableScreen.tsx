import { useTranslation } from 'react-i18next';
import { useSession } from '../app/context.tsx';
import { TopBar } from '../app/Frame.tsx';
import { Button } from '../parts/Button.tsx';
import styles from './Centered.module.css';

/** The server does not answer, so it is not known who is signed in. */
export function UnreachableScreen() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <>
      <TopBar />
      <main className={styles.centered}>
        <h1>{t('auth.unreachable')}</h1>
        <p className="muted">{t('auth.unreachableMore')}</p>
        <div className={styles.actions}>
          <Button look="main" onClick={() => void session.restore()}>
            {t('action.tryAgain')}
          </Button>
        </div>
      </main>
    </>
  );
}
