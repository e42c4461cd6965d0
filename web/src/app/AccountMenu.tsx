import { IconLogout, IconSettings } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../parts/Avatar.tsx';
import { Button, ButtonLink } from '../parts/Button.tsx';
import styles from './AccountMenu.module.css';
import { useSession, useUser } from './context.tsx';

/** Whose account it is; a press shows the way to its settings and out of it. */
export function AccountMenu() {
  const { t } = useTranslation();
  const session = useSession();
  const user = useUser();
  const root = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const name = user.full_name || user.username;
  useEffect(() => {
    if (!open) return;
    const closeOutside = ({ target }: Event): void => {
      if (target instanceof Node && root.current?.contains(target)) return;
      setOpen(false);
    };
    const events = ['pointerdown', 'focusin'] as const;
    for (const event of events) document.addEventListener(event, closeOutside);
    return () => {
      for (const event of events) document.removeEventListener(event, closeOutside);
    };
  }, [open]);
  return (
    <div
      ref={root}
      className={styles.account}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        setOpen(false);
        root.current?.querySelector('button')?.focus();
      }}
    >
      <button
        type="button"
        className={styles.button}
        aria-expanded={open}
        aria-label={t('nav.account', { name })}
        title={t('nav.account', { name })}
        data-testid="account"
        onClick={() => setOpen(!open)}
      >
        <Avatar name={name} size="small" />
      </button>
      {open && (
        <div className={styles.menu}>
          <p>
            <b className="ell">{name}</b>
            {name !== user.username && <span className="small muted ell">{user.username}</span>}
          </p>
          <ButtonLink look="quiet" href="/settings" onClick={() => setOpen(false)}>
            <IconSettings size={20} stroke={1.8} aria-hidden />
            {t('nav.settings')}
          </ButtonLink>
          <Button look="quiet" data-testid="account-sign-out" onClick={() => void session.signOut()}>
            <IconLogout size={20} stroke={1.8} aria-hidden />
            {t('settings.signOut')}
          </Button>
        </div>
      )}
    </div>
  );
}
