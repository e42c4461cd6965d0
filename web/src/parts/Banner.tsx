import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';
import styles from './Banner.module.css';

export interface BannerProps {
  kind: 'risk' | 'warn' | 'info';
  icon: ReactNode;
  title: string;
  text?: string | undefined;
  actions?: ReactNode;
  onHide?: () => void;
}

/** News over the full width that must be read. Risk and lost connections are spoken at once, all else in its turn. */
export function Banner({ kind, icon, title, text, actions, onHide }: BannerProps) {
  const { t } = useTranslation();
  return (
    <div
      className={`${styles.banner} ${kind === 'info' ? '' : styles[kind]}`}
      role={kind === 'risk' ? 'alert' : 'status'}
      data-testid="banner"
      data-kind={kind}
    >
      <span className={styles.icon}>{icon}</span>
      <p className={styles.text}>
        <b>{title}</b> {text}
      </p>
      {actions !== undefined && <span className={styles.actions}>{actions}</span>}
      {onHide && (
        <IconButton label={t('banner.hide')} onClick={onHide}>
          <IconX size={20} stroke={1.8} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}
