import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useCalls } from '../../app/context.tsx';
import { useCall, useCallState } from './callContext.tsx';
import settingStyles from '../SettingsScreen.module.css';
import styles from './LockSwitch.module.css';

/** For hosts of a meeting: whether anybody new may enter. */
export function LockSwitch() {
  const { t } = useTranslation();
  const id = useId();
  const call = useCall();
  const calls = useCalls();
  const mayLock = useCallState(({ self, call: info }) => self?.role === 'host' && info?.callee === null);
  const locked = useCallState((state) => state.call?.locked === true);
  if (!mayLock) return null;
  return (
    <label className={styles.lock}>
      <span className={styles.words}>
        <b>{t('lock.title')}</b>
        <span id={id} className="small muted">
          {t('lock.more')}
        </span>
      </span>
      <input
        type="checkbox"
        role="switch"
        className={settingStyles.switch}
        data-testid="lock-call"
        aria-describedby={id}
        checked={locked}
        onChange={(event) => {
          call.setLocked(event.currentTarget.checked).catch((error: unknown) => {
            calls.store.setState({ trouble: { error, atMs: Date.now() } });
          });
        }}
      />
    </label>
  );
}
