import { IconHistory, IconHome, IconPlugConnected, IconSettings, IconShield } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { LanguageSwitch } from '../parts/LanguageSwitch.tsx';
import { Mark } from '../parts/Mark.tsx';
import { AccountMenu } from './AccountMenu.tsx';
import { useRole } from './context.tsx';
import styles from './Frame.module.css';

const places = [
  { name: 'home', path: '/', Icon: IconHome },
  { name: 'history', path: '/history', Icon: IconHistory },
  { name: 'network', path: '/network', Icon: IconPlugConnected },
  { name: 'settings', path: '/settings', Icon: IconSettings },
] as const;

/** For administrators only. */
const adminPlace = { name: 'admin', path: '/admin', Icon: IconShield } as const;

/** The frame of all screens outside calls: the places on top, on a phone at the bottom. */
export function Frame({ children }: { children: ReactNode }) {
  return (
    <>
      <TopBar nav />
      {children}
    </>
  );
}

/** Mark and language; with `nav` the places and whose account it is. */
export function TopBar({ nav = false }: { nav?: boolean }) {
  const { t } = useTranslation();
  return (
    <header className={styles.top}>
      <Link href="/" className={styles.mark ?? ''}>
        <Mark />
        <span>{t('brand')}</span>
      </Link>
      {nav && <Places />}
      <span className="grow" />
      <LanguageSwitch />
      {nav && <AccountMenu />}
    </header>
  );
}

function Places() {
  const { t } = useTranslation();
  const [location] = useLocation();
  const role = useRole();
  const shown = role === 'admin' ? [...places, adminPlace] : places;
  return (
    <nav className={styles.nav} aria-label={t('nav.main')}>
      {shown.map(({ name, path, Icon }) => {
        const here = location === path || (name === 'history' && location.startsWith('/calls/'));
        return (
          <Link key={name} href={path} data-testid={`nav-${name}`} aria-current={here ? 'page' : undefined}>
            <Icon size={20} stroke={1.8} aria-hidden />
            {t(`nav.${name}`)}
          </Link>
        );
      })}
    </nav>
  );
}
