import { IconLink, IconPlus, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useCalls } from '../app/context.tsx';
import { errorWords } from '../app/errorWords.ts';
import { Button, ButtonLink } from '../parts/Button.tsx';
import { useStore } from 'zustand';
import { Field } from '../parts/Field.tsx';
import listStyles from '../parts/List.module.css';
import { preferences } from '../session/preferences.ts';
import { useToast } from '../parts/Toasts.tsx';
import { roomOfLink } from './callRecord.ts';
import { useCallTitle } from './CallRow.tsx';
import styles from './HomeScreen.module.css';
import { useRequest } from './useRequest.ts';

/** Starting a meeting, joining one by its link, and the own ones that run. */
export function MeetingCard() {
  const { t } = useTranslation();
  const calls = useCalls();
  const toast = useToast();
  const [, navigate] = useLocation();
  const [link, setLink] = useState('');
  const [wrong, setWrong] = useState(false);
  const [busy, setBusy] = useState(false);
  const [title, setTitle] = useState('');
  const lobby = useStore(preferences, (state) => state.lobby);
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      navigate(`/m/${await calls.startMeeting({ lobby, title })}`);
    } catch (error) {
      setBusy(false);
      toast(errorWords(error, t));
    }
  };
  return (
    <section className="card" aria-labelledby="meeting">
      <div className={styles.meet}>
        <h2 id="meeting">{t('home.meeting')}</h2>
        <form
          className={`${styles.line} ${styles.start}`}
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void start();
          }}
        >
          <Field
            label={t('home.meetingName')}
            hideLabel
            placeholder={t('home.meetingName')}
            icon={<IconVideo size={20} stroke={1.8} aria-hidden />}
            testId="start-title"
            autoComplete="off"
            maxLength={120}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Button type="submit" data-testid="start-meeting" aria-busy={busy}>
            <IconPlus size={20} stroke={1.8} aria-hidden />
            {t('home.newMeeting')}
          </Button>
        </form>
        <label className={styles.lobby}>
          <input
            type="checkbox"
            data-testid="start-lobby"
            checked={lobby}
            onChange={(event) => preferences.setState({ lobby: event.currentTarget.checked })}
          />
          {t('home.lobby')}
        </label>
        <form
          className={styles.line}
          onSubmit={(event) => {
            event.preventDefault();
            const roomId = roomOfLink(link);
            if (roomId === null) setWrong(true);
            else navigate(`/m/${roomId}`);
          }}
        >
          <Field
            label={t('home.pasteLink')}
            hideLabel
            placeholder={t('home.pasteLink')}
            icon={<IconLink size={20} stroke={1.8} aria-hidden />}
            testId="join-link"
            autoComplete="off"
            spellCheck={false}
            value={link}
            problem={wrong ? t('home.badLink') : null}
            onChange={(event) => {
              setLink(event.currentTarget.value);
              setWrong(false);
            }}
          />
          <Button type="submit">{t('home.join')}</Button>
        </form>
      </div>
      <RunningMeetings />
    </section>
  );
}

function RunningMeetings() {
  const { t } = useTranslation();
  const titleOf = useCallTitle();
  const { data } = useRequest('activeCalls', {});
  const meetings = data?.calls.filter(({ callee, status }) => callee === null && status === 'active') ?? [];
  return meetings.map((call) => (
    <div key={call.id} className={styles.running}>
      <span className={styles.dot} aria-hidden />
      <span className={listStyles.who}>
        <b className="ell">{titleOf(call)}</b>
        <span className={listStyles.note}>{t('home.inProgress', { count: call.participant_count })}</span>
      </span>
      <ButtonLink href={`/m/${call.room_id}`} look="quiet">
        {t('home.join')}
      </ButtonLink>
    </div>
  ));
}
