import { IconX } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';
import styles from './Panel.module.css';

export interface PanelProps {
  title: string;
  /** Name of the scrolling part. */
  bodyLabel: string;
  onClose: () => void;
  /** Stays in sight below the scrolling part. */
  foot?: ReactNode;
  children: ReactNode;
}

/** A panel beside the stage, a sheet on a phone. Opening it moves the focus to its title, closing it gives it back. */
export function Panel({ title, bodyLabel, onClose, foot, children }: PanelProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside className={styles.panel} aria-label={title}>
      <div className={styles.head}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <IconButton label={t('action.close')} onClick={onClose}>
          <IconX size={20} stroke={1.8} aria-hidden />
        </IconButton>
      </div>
      <div className={styles.body} tabIndex={0} role="region" aria-label={bodyLabel}>
        {children}
      </div>
      {foot !== undefined && <div className={styles.foot}>{foot}</div>}
    </aside>
  );
}
