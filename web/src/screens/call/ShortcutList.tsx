import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { shortcutKeys } from './useShortcuts.ts';
import styles from './ShortcutList.module.css';

function keyName(key: string): string {
  if (key === 'Escape') return 'Esc';
  return /^[A-Z]$/.test(key) ? `Shift+${key}` : key.toUpperCase();
}

/** The list behind "?". */
export function ShortcutList({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const rows: Array<[string, string]> = shortcutKeys.map(([key, name]) => [keyName(key), t(`keys.${name}`)]);
  rows.splice(2, 0, [t('keys.space'), t('keys.talk')]);
  rows.splice(-1, 0, ['PgUp PgDn', t('keys.pages')]);
  return (
    <Dialog labelledBy={id} onEscape={onClose}>
      <h2 id={id}>{t('keys.title')}</h2>
      <dl className={styles.list}>
        {rows.map(([key, name]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <Button wide onClick={onClose}>
        {t('action.close')}
      </Button>
    </Dialog>
  );
}
