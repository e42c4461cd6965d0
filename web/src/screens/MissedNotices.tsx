import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useCalls } from '../app/context.tsx';
import { displayName } from '../call/people.ts';
import { Avatar } from '../parts/Avatar.tsx';
import { Button, IconButton } from '../parts/Button.tsx';
import { useToast } from '../parts/Toasts.tsx';
import { useLanguage } from '../parts/useLanguage.ts';
import { clockTime } from '../words/format.ts';
import styles from './EndedCard.module.css';
import { useCallPerson } from './useCallPerson.ts';

/** Who called while one was in a call and let one know, with the way to call back. */
export function MissedNotices() {
  const { t } = useTranslation();
  const language = useLanguage();
  const calls = useCalls();
  const toast = useToast();
  const callPerson = useCallPerson();
  const missed = useStore(calls.store, (state) => state.missed);
  return missed.map(({ from, callType, atMs }) => {
    const name = displayName(from);
    const callBack = async (): Promise<void> => {
      const problem = await callPerson(from.username, callType);
      if (problem === null) calls.dismissMissed(from.id);
      else toast(problem);
    };
    return (
      <section key={from.id} className={`card ${styles.card}`} role="status" data-testid="missed-notice">
        <div className={`row ${styles.row}`}>
          <Avatar name={name} />
          <span className={styles.who}>
            <b className="ell">{t('home.calledAt', { name, time: clockTime(atMs, language) })}</b>
          </span>
          <span className={styles.actions}>
            <Button onClick={() => void callBack()}>{t('ended.callBack')}</Button>
          </span>
          <IconButton label={t('action.close')} onClick={() => calls.dismissMissed(from.id)}>
            <IconX size={20} stroke={1.8} aria-hidden />
          </IconButton>
        </div>
      </section>
    );
  });
}
