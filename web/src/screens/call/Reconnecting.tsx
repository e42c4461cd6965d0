import { IconLoader2 } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/Button.tsx';
import { useCall } from './callContext.tsx';
import styles from './Reconnecting.module.css';

const longMs = 60_000;

/** The connection is lost: what happens with microphone and camera, and after a minute a way out. */
export function Reconnecting() {
  const { t } = useTranslation();
  const call = useCall();
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), longMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.middle}>
      <div className={styles.card} role="alert" data-testid="banner">
        <span className={styles.spinner}>
          <IconLoader2 size={22} stroke={1.8} aria-hidden />
        </span>
        <div>
          <p>
            <b>{t('banner.lost')}</b>
          </p>
          <p className="small muted">{long ? t('banner.lostLong') : t('banner.lostMore')}</p>
        </div>
        {long && <Button onClick={() => void call.leave().catch(() => undefined)}>{t('call.leave')}</Button>}
      </div>
    </div>
  );
}
