import { IconPhone, IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { HangUpIcon } from '../../parts/Mark.tsx';
import type { Sign } from '../../call/signs.ts';
import { StatusGlyph } from '../../parts/StatusGlyph.tsx';
import { useLanguage } from '../../parts/useLanguage.ts';
import { clockTimeSeconds } from '../../words/format.ts';
import styles from '../DetailsScreen.module.css';
import type { CallDetails, CallTimeline } from '../timeline.ts';
import { usePersonName } from './usePersonName.ts';

interface Event {
  atMs: number;
  sign?: Sign;
  icon?: ReactNode;
  text: string;
}

/** What happened, in sentences, in order. */
export function EventLog({ details, timeline }: { details: CallDetails; timeline: CallTimeline }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const events = useEvents(details, timeline);
  return (
    <section className="card pad" aria-labelledby="happened">
      <div className={styles.sectionHead} style={{ marginBottom: 4 }}>
        <h2 id="happened">{t('details.happened')}</h2>
      </div>
      <ol className={styles.log}>
        {events.map(({ atMs, sign, icon, text }, index) => (
          <li key={index}>
            <time dateTime={new Date(atMs).toISOString()}>{clockTimeSeconds(atMs, language)}</time>
            <span className={styles.glyph} data-sign={sign} aria-hidden>
              {sign === undefined ? icon : <StatusGlyph sign={sign} size={18} />}
            </span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function useEvents(details: CallDetails, timeline: CallTimeline): Event[] {
  const { t } = useTranslation();
  const nameOf = usePersonName(details);
  const { call, participants } = details;
  const events: Event[] = [];
  const endMs = call.end_time === null ? null : Date.parse(call.end_time);
  if (call.start_time !== null) {
    events.push({
      atMs: Date.parse(call.start_time),
      icon: <IconPhone stroke={1.8} />,
      text: t('details.event.started'),
    });
  }
  for (const { user_id, joined_at, left_at } of call.callee === null ? participants : []) {
    const name = nameOf(user_id);
    events.push({
      atMs: Date.parse(joined_at),
      icon: <IconUserPlus stroke={1.8} />,
      text: t('details.event.joined', { name }),
    });
    const leftMs = left_at === null ? endMs : Date.parse(left_at);
    if (leftMs !== null && leftMs !== endMs) {
      events.push({ atMs: leftMs, icon: <IconUserMinus stroke={1.8} />, text: t('details.event.left', { name }) });
    }
  }
  for (const { userId, parts } of timeline.bands) {
    const name = nameOf(userId);
    let first = true;
    for (const { sign, fromMs, reason } of parts) {
      // Before the first look there is nothing to tell.
      if (reason === 'waiting' || (first && sign === 'unscored')) continue;
      const status = t(`status.${sign}`);
      const key = first ? 'firstResult' : 'status';
      const text =
        reason === null
          ? t(`details.event.${key}`, { name, status })
          : t('details.event.reason', { name, status, reason: t(`reason.${reason}`) });
      events.push({ atMs: fromMs, sign, text });
      first = false;
    }
  }
  if (endMs !== null) events.push({ atMs: endMs, icon: <HangUpIcon size={18} />, text: t('details.event.ended') });
  return events.sort((a, b) => a.atMs - b.atMs);
}
