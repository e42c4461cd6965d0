import { IconChevronLeft, IconDownload, IconFileTypeHtml } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useUser } from '../app/context.tsx';
import { Failed } from '../app/Failed.tsx';
import { codeOf } from '../api/RequestError.ts';
import { Button, IconLink } from '../parts/Button.tsx';
import { Loading } from '../parts/Loading.tsx';
import { Status } from '../parts/Status.tsx';
import { useLanguage } from '../parts/useLanguage.ts';
import { useNow } from '../parts/useNow.ts';
import { useTitle } from '../parts/useTitle.ts';
import { dayAndTime, durationWords } from '../words/format.ts';
import { beganAtMs, directionOf } from './callRecord.ts';
import { useCallTitle } from './CallRow.tsx';
import styles from './DetailsScreen.module.css';
import { ChatSection } from './details/ChatSection.tsx';
import { EventLog } from './details/EventLog.tsx';
import { saveJson, savePage } from './details/exportRecord.ts';
import { QualitySection } from './details/QualitySection.tsx';
import { SecuritySection } from './details/SecuritySection.tsx';
import { NotFoundScreen } from './NotFoundScreen.tsx';
import { callTimeline, type CallDetails } from './timeline.ts';
import { useRequest } from './useRequest.ts';

/** The record of one call: facts, what was seen of each person over time, quality, and what happened in sentences. */
export function DetailsScreen({ callId }: { callId: string }) {
  const { data, error, reload } = useRequest('callDetails', { params: { id: callId } });
  if (data !== null) return <Details details={data} />;
  if (error === null) {
    return (
      <main className="page" aria-busy>
        <div className="card">
          <Loading rows={5} />
        </div>
      </main>
    );
  }
  if (['NOT_FOUND', 'VALIDATION'].includes(codeOf(error))) return <NotFoundScreen code={null} />;
  return (
    <main className="page">
      <Failed error={error} onAgain={reload} />
    </main>
  );
}

function Details({ details }: { details: CallDetails }) {
  const { t } = useTranslation();
  const { call } = details;
  const name = useCallTitle()(call);
  const title = call.callee === null ? name : t('details.title', { name });
  const timeline = callTimeline(details);
  const shown = useRef<HTMLElement>(null);
  useTitle(title);
  return (
    <main className="page" data-testid="call-details" ref={shown}>
      <div className={styles.head}>
        <IconLink href="/history" label={t('details.back')}>
          <IconChevronLeft size={20} stroke={1.8} aria-hidden />
        </IconLink>
        <h1 className="ell">{title}</h1>
        {timeline.checks > 0 && call.security_status !== null && <Status status={call.security_status} chip />}
        <span className="grow" />
        <Button
          className="desk-only"
          data-testid="export-page"
          onClick={() => shown.current && savePage(details, shown.current)}
        >
          <IconFileTypeHtml size={20} stroke={1.8} aria-hidden />
          {t('details.exportPage')}
        </Button>
        <Button className="desk-only" onClick={() => saveJson(details)}>
          <IconDownload size={20} stroke={1.8} aria-hidden />
          {t('details.export')}
        </Button>
      </div>
      <div className={styles.body}>
        <Facts details={details} checks={timeline.checks} />
        <SecuritySection details={details} timeline={timeline} />
        <div className={styles.two}>
          <QualitySection details={details} />
          <EventLog details={details} timeline={timeline} />
        </div>
        <ChatSection details={details} />
      </div>
    </main>
  );
}

function Facts({ details: { call }, checks }: { details: CallDetails; checks: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow(60_000);
  const user = useUser();
  const facts = [
    [t('details.started'), dayAndTime(beganAtMs(call), now, t, language)],
    [t('details.duration'), call.start_time === null ? t('details.never') : durationWords(call.duration, t, true)],
    [t('details.checks'), t('details.checksCount', { count: checks })],
    [t('details.kind'), `${t(`details.${call.call_type}`)} · ${t(`details.${directionOf(call, user.id)}`)}`],
  ];
  return (
    <dl className={`card ${styles.facts}`}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
