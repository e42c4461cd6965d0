import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useLocation } from 'wouter';
import type { Invitation } from '../../../src/protocol/rest.ts';
import { codeOf, isTransient } from '../api/RequestError.ts';
import { callRoute } from '../api/rest.ts';
import { useSession } from '../app/context.tsx';
import { errorWords } from '../app/errorWords.ts';
import { TopBar } from '../app/Frame.tsx';
import { Button, ButtonLink } from '../parts/Button.tsx';
import { Field } from '../parts/Field.tsx';
import { useTitle } from '../parts/useTitle.ts';
import { AuthFrame } from './AuthFrame.tsx';
import authStyles from './AuthScreen.module.css';
import styles from './Centered.module.css';

/** Behind a guest link: whose meeting it is, and a name to come in with. Whoever is signed in comes as himself. */
export function GuestScreen({ link }: { link: string }) {
  const signedIn = useStore(useSession().store, (state) => state.status === 'signed-in');
  const [, navigate] = useLocation();
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    setError(null);
    callRoute('lookAtGuestLink', { body: { link } }).then(
      ({ invitation: found }) => current && setInvitation(found),
      (failure: unknown) => current && setError(failure),
    );
    return () => void (current = false);
  }, [link]);
  useEffect(() => {
    if (signedIn && invitation) navigate(`/m/${invitation.room_id}`, { replace: true });
  }, [signedIn, invitation, navigate]);
  if (error !== null) return <Over error={error} />;
  return invitation && !signedIn ? <GuestForm link={link} invitation={invitation} /> : null;
}

function GuestForm({ link, invitation }: { link: string; invitation: Invitation }) {
  const { t } = useTranslation();
  const session = useSession();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const host = invitation.host.full_name;
  const title = t('guest.title', { title: invitation.title ?? t('home.untitled', { name: host }) });
  useTitle(title);
  const enter = async (): Promise<void> => {
    setBusy(true);
    try {
      await session.enterAsGuest(link, name.trim());
    } catch (error) {
      const words = { VALIDATION: t('guest.problem.name'), NAME_TAKEN: t('guest.problem.taken') };
      setProblem(words[codeOf(error) as keyof typeof words] ?? errorWords(error, t));
      setBusy(false);
    }
  };
  return (
    <AuthFrame testId="guest">
      <form
        className={authStyles.box}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '') setProblem(t('guest.problem.name'));
          else if (!busy) void enter();
        }}
      >
        <div className="stack" style={{ gap: 4 }}>
          <h1>{title}</h1>
          <p className="muted">{t('guest.host', { name: host })}</p>
        </div>
        <Field
          label={t('guest.name')}
          testId="guest-name"
          autoComplete="name"
          maxLength={64}
          hint={t('guest.nameHint')}
          value={name}
          problem={problem}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <Button look="main" wide type="submit" data-testid="guest-submit" aria-busy={busy}>
          {t('guest.enter')}
        </Button>
        <p className={`small muted ${authStyles.toggle}`}>
          {t('guest.haveAccount')}
          <ButtonLink look="quiet" className="small" href={`/m/${invitation.room_id}`}>
            {t('auth.signIn')}
          </ButtonLink>
        </p>
      </form>
    </AuthFrame>
  );
}

function Over({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const words = isTransient(error) || codeOf(error) === 'RATE_LIMITED' ? errorWords(error, t) : t('guest.overMore');
  useTitle(t('guest.over'));
  return (
    <>
      <TopBar />
      <main className={styles.centered} data-testid="not-found">
        <h1>{t('guest.over')}</h1>
        <p className="muted">{words}</p>
        <div className={styles.actions}>
          <ButtonLink href="/" look="main">
            {t('notFound.home')}
          </ButtonLink>
        </div>
      </main>
    </>
  );
}
