import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useCalls, useSession } from '../app/context.tsx';
import { TopBar } from '../app/Frame.tsx';
import { Button } from '../parts/Button.tsx';
import { useTitle } from '../parts/useTitle.ts';
import styles from './Centered.module.css';
import { NotFoundScreen } from './NotFoundScreen.tsx';

/** Where a guest is when he is in no call: at its end, or before a door that did not open. */
export function GuestEnded({ roomId }: { roomId: string }) {
  const { t } = useTranslation();
  const calls = useCalls();
  const session = useSession();
  const ended = useStore(calls.store, (state) => state.ended);
  const refused = useStore(calls.store, (state) => state.refused);
  const code = ended?.code ?? refused?.code ?? null;
  const title = code === 'LEFT' ? t('guest.left') : code === 'ELSEWHERE' ? t('guest.elsewhere') : t('guest.ended');
  useTitle(title);
  if (code === null) return null;
  if (refused && refused.code !== 'LEFT' && refused.code !== 'ENDED') return <NotFoundScreen code={refused.code} />;
  return (
    <>
      <TopBar />
      <main className={styles.centered} data-testid="guest-ended">
        <h1>{title}</h1>
        <p className="muted">{t('guest.thanks')}</p>
        <div className={styles.actions}>
          {code === 'LEFT' && (
            <Button look="main" onClick={() => void calls.openMeeting(roomId)}>
              {t('ended.rejoin')}
            </Button>
          )}
          <Button onClick={() => session.endGuest()}>{t('auth.signIn')}</Button>
        </div>
      </main>
    </>
  );
}
