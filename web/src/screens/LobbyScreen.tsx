import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useSession, useUser } from '../app/context.tsx';
import { TopBar } from '../app/Frame.tsx';
import { displayName } from '../call/people.ts';
import { Button } from '../parts/Button.tsx';
import { useTitle } from '../parts/useTitle.ts';
import { useCall, useCallState } from './call/callContext.tsx';
import styles from './PreJoinScreen.module.css';
import { Preview } from './PreJoinScreen.tsx';

/** The waiting room: own picture, whose meeting it is, and what the others will see. The call begins by itself. */
export function LobbyScreen() {
  const { t } = useTranslation();
  const call = useCall();
  const info = useCallState((state) => state.call);
  const guest = useCallState((state) => state.self?.role === 'guest');
  const [, navigate] = useLocation();
  useTitle(t('lobby.title'));
  const host = info ? displayName(info.caller) : '';
  const leave = (): void => {
    void call.leave().catch(() => undefined);
    if (!guest) navigate('/');
  };
  return (
    <>
      <TopBar />
      <main className={styles.page} data-testid="lobby">
        <Preview />
        <div className={styles.side}>
          <div role="status">
            <h1>{t('lobby.title')}</h1>
            <p className="muted">
              {t('lobby.where', { title: info?.title ?? t('home.untitled', { name: host }), name: host })}
            </p>
          </div>
          {guest ? <GuestNote /> : <MemberNote />}
          <Button look="line" wide onClick={leave}>
            {t('lobby.leave')}
          </Button>
        </div>
      </main>
    </>
  );
}

function GuestNote() {
  const { t } = useTranslation();
  const session = useSession();
  const call = useCall();
  const { full_name } = useUser();
  const signIn = (): void => {
    // The address stays, so that the meeting's door opens once he is signed in.
    void call.leave().catch(() => undefined);
    session.endGuest();
  };
  return (
    <div className={styles.note}>
      <p className="small">
        <b>{t('guest.joining')}</b>
        <br />
        <span className="muted">{t('guest.joiningMore', { name: full_name })}</span>
      </p>
      <Button look="quiet" onClick={signIn}>
        {t('auth.signIn')}
      </Button>
    </div>
  );
}

function MemberNote() {
  const { t } = useTranslation();
  const { full_name, username } = useUser();
  return (
    <div className={`${styles.note} ${styles.plainNote}`}>
      <p className="small">
        <b>{t('lobby.member')}</b>
        <br />
        <span className="muted">{t('lobby.memberMore', { name: full_name || username, username })}</span>
      </p>
    </div>
  );
}
