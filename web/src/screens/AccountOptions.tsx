import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccount, useSession } from '../app/context.tsx';
import { errorWords } from '../app/errorWords.ts';
import { Button } from '../parts/Button.tsx';
import { useToast } from '../parts/Toasts.tsx';
import { SecretDialog, type Asked } from './SecretDialog.tsx';
import styles from './SettingsScreen.module.css';

type Open = 'password' | 'email' | 'delete' | null;

/** Whose account this is, and what its owner can do with it. */
export function AccountOptions() {
  const { t } = useTranslation();
  const session = useSession();
  const user = useAccount();
  const [open, setOpen] = useState<Open>(null);
  const download = useDownload();
  return (
    <>
      <Option name={user.full_name || user.username} note={t('settings.signedInAs', { username: user.username })}>
        <Button look="line" data-testid="sign-out" onClick={() => void session.signOut()}>
          {t('settings.signOut')}
        </Button>
      </Option>
      <Option name={t('auth.email')} note={user.email}>
        <Button look="quiet" data-testid="change-email" onClick={() => setOpen('email')}>
          {t('account.change')}
        </Button>
      </Option>
      <Option name={t('auth.password')} note={t('account.passwordMore')}>
        <Button look="quiet" data-testid="change-password" onClick={() => setOpen('password')}>
          {t('account.change')}
        </Button>
      </Option>
      <Option name={t('account.data')} note={t('account.dataMore')}>
        <Button look="quiet" data-testid="export-data" onClick={() => void download()}>
          {t('account.download')}
        </Button>
      </Option>
      <Option name={t('account.delete')} note={t('account.deleteMore')}>
        <Button look="quiet" data-testid="delete-account" onClick={() => setOpen('delete')}>
          {t('account.delete')}
        </Button>
      </Option>
      {open !== null && <AccountDialog open={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Option({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <div className={styles.option}>
      <span className={styles.who}>
        <b className="ell">{name}</b>
        <span className="ell">{note}</span>
      </span>
      {children}
    </div>
  );
}

function AccountDialog({ open, onClose }: { open: Exclude<Open, null>; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const toast = useToast();
  const password: Asked = {
    name: 'password',
    label: t(open === 'password' ? 'account.currentPassword' : 'auth.password'),
    kind: 'password',
    testId: 'account-password',
  };
  switch (open) {
    case 'password':
      return (
        <SecretDialog
          title={t('account.changePassword')}
          note={t('account.othersOut')}
          asked={[
            password,
            {
              name: 'next',
              label: t('account.newPassword'),
              kind: 'new-password',
              hint: t('auth.passwordHint'),
              testId: 'account-new-password',
            },
          ]}
          submit={t('account.change')}
          onSubmit={async ({ password: current = '', next = '' }) => {
            await session.request('changePassword', { body: { current_password: current, new_password: next } });
            toast(t('account.passwordChanged'));
          }}
          onClose={onClose}
        />
      );
    case 'email':
      return (
        <SecretDialog
          title={t('account.changeEmail')}
          asked={[{ name: 'email', label: t('account.newEmail'), kind: 'email', testId: 'account-email' }, password]}
          submit={t('account.change')}
          onSubmit={async ({ email = '', password: current = '' }) => {
            const { user } = await session.request('changeEmail', { body: { email: email.trim(), password: current } });
            session.userChanged(user);
          }}
          onClose={onClose}
        />
      );
    case 'delete':
      return (
        <SecretDialog
          title={t('account.deleteTitle')}
          note={t('account.deleteNote')}
          asked={[password]}
          submit={t('account.delete')}
          danger
          onSubmit={async ({ password: current = '' }) => {
            await session.request('deleteMe', { body: { password: current } });
            session.revoked();
          }}
          onClose={onClose}
        />
      );
  }
}

/** Saves all that is kept of one as a file. */
function useDownload(): () => Promise<void> {
  const { t } = useTranslation();
  const session = useSession();
  const toast = useToast();
  return async () => {
    try {
      const data = await session.request('exportMe', {});
      const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = 'veritalk-data.json';
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      toast(errorWords(error, t));
    }
  };
}
