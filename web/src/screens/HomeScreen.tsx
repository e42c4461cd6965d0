import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Call } from '../../../src/protocol/rest.ts';
import { useCalls, useUser } from '../app/context.tsx';
import { Failed } from '../app/Failed.tsx';
import { ButtonLink } from '../parts/Button.tsx';
import listStyles from '../parts/List.module.css';
import { Loading } from '../parts/Loading.tsx';
import { useLanguage } from '../parts/useLanguage.ts';
import { useNow } from '../parts/useNow.ts';
import { useTitle } from '../parts/useTitle.ts';
import { dayAndTime } from '../words/format.ts';
import { beganAtMs } from './callRecord.ts';
import { CallRow } from './CallRow.tsx';
import { EndedCard } from './EndedCard.tsx';
import { MeetingCard } from './MeetingCard.tsx';
import { MissedNotices } from './MissedNotices.tsx';
import { PeopleCard } from './PeopleCard.tsx';
import styles from './HomeScreen.module.css';
import { useRequest } from './useRequest.ts';

const shownCalls = 3;

/** Whom to call, where to meet, and what was lately. */
export function HomeScreen() {
  const { t } = useTranslation();
  const user = useUser();
  const calls = useCalls();
  const ended = useStore(calls.store, (state) => state.ended);
  const { data, error, reload } = useRequest('callHistory', { query: { limit: 30 } });
  const hour = new Date(useNow(60_000)).getHours();
  const partOfDay = hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
  useTitle(t('nav.home'));
  useEffect(() => {
    if (ended) reload();
  }, [ended, reload]);
  return (
    <main className="page" data-testid="home">
      {ended && <EndedCard ended={ended} />}
      <MissedNotices />
      <div className={styles.home}>
        <div className={styles.hello}>
          <h1 data-varies>{t(`home.${partOfDay}`, { name: user.full_name || user.username })}</h1>
        </div>
        <PeopleCard recent={data?.calls ?? null} failed={error !== null} />
        <div className={styles.column}>
          <MeetingCard />
          <RecentCard calls={data?.calls ?? null} error={error} onAgain={reload} />
        </div>
      </div>
    </main>
  );
}

interface RecentCardProps {
  calls: readonly Call[] | null;
  error: unknown;
  onAgain: () => void;
}

function RecentCard({ calls, error, onAgain }: RecentCardProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow(60_000);
  return (
    <section className="card" aria-labelledby="recent">
      <div className={styles.section}>
        <h2 id="recent">{t('home.recent')}</h2>
        {calls !== null && calls.length > 0 && (
          <ButtonLink href="/history" look="quiet" className="small">
            {t('action.all')}
          </ButtonLink>
        )}
      </div>
      {calls === null ? (
        error === null ? (
          <Loading rows={shownCalls} />
        ) : (
          <Failed error={error} onAgain={onAgain} />
        )
      ) : calls.length === 0 ? (
        <p className={`muted ${styles.none}`}>{t('home.noCalls')}</p>
      ) : (
        <ul className={listStyles.items}>
          {calls.slice(0, shownCalls).map((call) => (
            <CallRow key={call.id} call={call} tight when={dayAndTime(beganAtMs(call), now, t, language)} />
          ))}
        </ul>
      )}
    </section>
  );
}
