import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useCalls } from '../app/context.tsx';
import type { EndedCall } from '../call/Calls.ts';
import { displayName } from '../call/people.ts';
import { Avatar, MeetingAvatar } from '../parts/Avatar.tsx';
import { Button, ButtonLink, IconButton } from '../parts/Button.tsx';
import { Band } from '../parts/Plot.tsx';
import { Status } from '../parts/Status.tsx';
import { useToast } from '../parts/Toasts.tsx';
import { durationWords } from '../words/format.ts';
import { callTimeline } from './timeline.ts';
import styles from './EndedCard.module.css';
import { useBandLabel } from './useBandLabel.ts';
import { useCallPerson } from './useCallPerson.ts';
import { useRequest } from './useRequest.ts';

/** Sums up the call that has just ended: who, how long, what was checked. Leaves when another one starts. */
export function EndedCard({ ended }: { ended: EndedCall }) {
  const { t } = useTranslation();
  const calls = useCalls();
  const callPerson = useCallPerson();
  const toast = useToast();
  const [, navigate] = useLocation();
  const { call, selfId } = ended;
  const other = call.callee !== null && call.caller.id === selfId ? call.callee : call.caller;
  const name = displayName(other);
  const meeting = call.callee === null;
  const { data } = useRequest('callDetails', { params: { id: call.callId } });
  const timeline = data && callTimeline(data);
  // A call that goes on elsewhere is not summed up yet.
  const over = ended.code !== 'ELSEWHERE';
  const band = !over ? undefined : timeline?.bands.find(({ userId }) => meeting || userId === other.id);
  const bandLabel = useBandLabel();
  const connected = data === null ? call.startTime !== null : data.call.start_time !== null;
  const again = !meeting && !connected;
  const callBack = async (): Promise<void> => {
    const problem = await callPerson(other.username, call.callType);
    if (problem !== null) toast(problem);
  };
  const notes = !over
    ? []
    : [
        data && connected && durationWords(data.call.duration, t, true),
        connected &&
          timeline &&
          timeline.checks > 0 &&
          t('ended.checks', { count: timeline.checks, clear: timeline.clear }),
        !connected && !meeting && t('ended.notConnected'),
      ];
  return (
    <section className={`card ${styles.card}`} role="status">
      <div className={`row ${styles.row}`}>
        {meeting ? <MeetingAvatar /> : <Avatar name={name} />}
        <span className={styles.who}>
          <b className="ell">{t(`ended.${endWords(ended)}`, { name })}</b>
          <span className="small muted">{notes.filter(Boolean).join(' · ')}</span>
        </span>
        {band && (
          <span className={styles.status}>
            <Status status={band.worst} assurance={band.last.assurance} chip />
          </span>
        )}
        <span className={styles.actions}>
          {again && (
            <Button onClick={() => void callBack()}>
              {call.caller.id === selfId ? t('ended.callAgain') : t('ended.callBack')}
            </Button>
          )}
          {meeting && ended.code === 'LEFT' && (
            <Button onClick={() => navigate(`/m/${call.roomId}`)}>{t('ended.rejoin')}</Button>
          )}
          <ButtonLink look="quiet" href={`/calls/${call.callId}`}>
            {t('ended.details')}
          </ButtonLink>
        </span>
        <IconButton label={t('action.close')} onClick={() => calls.dismissEnded()}>
          <IconX size={20} stroke={1.8} aria-hidden />
        </IconButton>
      </div>
      {band && <Band label={bandLabel(name, band.parts)} parts={band.parts} />}
    </section>
  );
}

function endWords({ call, code, selfId }: EndedCall) {
  if (code === 'ELSEWHERE') return 'elsewhere';
  if (code === 'UNANSWERED') return 'unanswered';
  if (code === 'REMOVED') return 'removed';
  if (call.callee === null) return code === 'LEFT' ? 'left' : 'meeting';
  switch (code) {
    case 'DECLINED':
      return 'declined';
    case 'MISSED':
      return 'missed';
    case 'FAILED':
      return 'failed';
    case 'LEFT':
      return call.startTime === null && call.caller.id === selfId ? 'cancelled' : 'with';
    default:
      return 'with';
  }
}
