import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../../src/protocol/rest.ts';
import { useSession, useUser } from '../app/context.tsx';
import { Failed } from '../app/Failed.tsx';
import { Button } from '../parts/Button.tsx';
import { Loading } from '../parts/Loading.tsx';
import listStyles from '../parts/List.module.css';
import { useLanguage } from '../parts/useLanguage.ts';
import { useNow } from '../parts/useNow.ts';
import { useTitle } from '../parts/useTitle.ts';
import { clockTime, dayName, daysBetween } from '../words/format.ts';
import { beganAtMs, matches, type HistoryFilter } from './callRecord.ts';
import { CallRow } from './CallRow.tsx';
import styles from './HistoryScreen.module.css';

const filters: readonly HistoryFilter[] = ['all', 'missed', 'meetings', 'risk'];

/** All calls by day, newest first, with the worst that was seen in each. */
export function HistoryScreen() {
  const { t } = useTranslation();
  const user = useUser();
  const [filter, setFilter] = useState<HistoryFilter>('all');
  const { calls, more, error, again } = useHistory();
  const shown = calls?.filter((call) => matches(call, filter, user.id)) ?? null;
  useTitle(t('history.title'));
  return (
    <main className={`page ${styles.page}`} data-testid="history">
      <h1>{t('history.title')}</h1>
      <div className={styles.filters} role="group" aria-label={t('history.filter')}>
        {filters.map((name) => (
          <button
            key={name}
            type="button"
            className={styles.filter}
            aria-pressed={filter === name}
            onClick={() => setFilter(name)}
          >
            {t(`history.${name}`)}
          </button>
        ))}
      </div>
      <section className="card">
        {shown === null ? (
          error === null ? (
            <Loading rows={6} />
          ) : (
            <Failed error={error} onAgain={again} />
          )
        ) : shown.length === 0 ? (
          <p className={`muted ${styles.none}`}>{filter === 'all' ? t('history.none') : t('history.noneFiltered')}</p>
        ) : (
          <Days calls={shown} />
        )}
      </section>
      {more && (
        <div className={styles.more}>
          <Button look="quiet" onClick={more}>
            {t('history.earlier')}
          </Button>
        </div>
      )}
    </main>
  );
}

function Days({ calls }: { calls: readonly Call[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow(60_000);
  const nameOfDay = (ms: number): string => {
    const days = daysBetween(ms, now);
    if (days < 2) return days === 0 ? t('history.today') : t('history.yesterday');
    return dayName(ms, now, language);
  };
  return [...Map.groupBy(calls, (call) => nameOfDay(beganAtMs(call)))].map(([day, ofDay]) => (
    <div key={day}>
      <h2 className={styles.day}>{day}</h2>
      <ul className={listStyles.items}>
        {ofDay.map((call) => (
          <CallRow key={call.id} call={call} when={clockTime(beganAtMs(call), language)} />
        ))}
      </ul>
    </div>
  ));
}

/** The calls read so far, and a way to read further back while there are more. */
function useHistory(): {
  calls: readonly Call[] | null;
  more: (() => void) | null;
  error: unknown;
  again: () => void;
} {
  const session = useSession();
  const [calls, setCalls] = useState<readonly Call[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [wanted, setWanted] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    session
      .request('callHistory', { query: wanted === null ? {} : { cursor: wanted } }, { signal: abort.signal })
      .then((page) => {
        setCalls((before) => (wanted === null ? page.calls : [...(before ?? []), ...page.calls]));
        setCursor(page.next_cursor);
        setError(null);
      })
      .catch((failure: unknown) => {
        if (!abort.signal.aborted) setError(failure);
      });
    return () => abort.abort();
  }, [session, wanted, turn]);
  const more = cursor === null || cursor === wanted ? null : () => setWanted(cursor);
  return { calls, more, error, again: () => setTurn((n) => n + 1) };
}
