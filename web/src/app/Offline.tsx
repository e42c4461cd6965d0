import { IconWifiOff } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './Offline.module.css';

function subscribe(onChange: () => void): () => void {
  window.addEventListener('online', onChange);
  window.addEventListener('offline', onChange);
  return () => {
    window.removeEventListener('online', onChange);
    window.removeEventListener('offline', onChange);
  };
}

/** Says that the device has no network, on every screen outside calls, for as long as the browser says so. */
export function Offline() {
  const { t } = useTranslation();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div role="status" aria-live="polite" className={styles.place}>
      {!online && (
        <p className={styles.strip} data-testid="offline">
          <IconWifiOff size={20} stroke={1.8} aria-hidden />
          <span>{t('offline')}</span>
        </p>
      )}
    </div>
  );
}
