import { IconArrowDownLeft, IconArrowUpRight, IconChevronRight, IconPhoneX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Call } from '../../../src/protocol/rest.ts';
import { useUser } from '../app/context.tsx';
import { Avatar, MeetingAvatar } from '../parts/Avatar.tsx';
import listStyles from '../parts/List.module.css';
import { Status } from '../parts/Status.tsx';
import { durationWords } from '../words/format.ts';
import { directionOf, nameOf, otherOf } from './callRecord.ts';

/** A call in a list, leading to its details. @param when - Its time in words. */
export function CallRow({ call, when, tight }: { call: Call; when: string; tight?: boolean }) {
  const { t } = useTranslation();
  const user = useUser();
  const direction = directionOf(call, user.id);
  const name = useCallTitle()(call);
  const connected = call.start_time !== null && (call.status === 'ended' || call.status === 'active');
  const Icon = !connected ? IconPhoneX : direction === 'incoming' ? IconArrowDownLeft : IconArrowUpRight;
  const notes = [
    when,
    connected && call.status === 'ended'
      ? durationWords(call.duration, t)
      : t(`history.status.${statusWord(call, user.id)}`),
    direction === 'meeting' && call.participant_count > 0 && t('history.people', { count: call.participant_count }),
    call.call_type === 'audio' && t('history.voice'),
  ];
  return (
    <li data-testid="history-item" data-call={call.id}>
      <Link href={`/calls/${call.id}`} className={`${listStyles.item} ${listStyles.link}`}>
        {direction === 'meeting' ? <MeetingAvatar /> : <Avatar name={name} />}
        <span className={listStyles.who}>
          <b className="ell">{name}</b>
          <span className={listStyles.note}>
            <Icon size={16} stroke={1.8} aria-hidden />
            <span className="ell">{notes.filter(Boolean).join(' · ')}</span>
          </span>
        </span>
        {connected && call.security_status !== null && <Status status={call.security_status} tight={tight ?? false} />}
        <span className={listStyles.go}>
          <IconChevronRight size={20} stroke={1.8} aria-hidden />
        </span>
      </Link>
    </li>
  );
}

/** What a call is called: the other person, or the meeting's title. */
export function useCallTitle(): (call: Call) => string {
  const { t } = useTranslation();
  const user = useUser();
  return (call) =>
    call.callee === null
      ? (call.title ?? t('home.untitled', { name: nameOf(call.caller) }))
      : nameOf(otherOf(call, user.id));
}

function statusWord(call: Call, selfId: string) {
  const outgoing = directionOf(call, selfId) === 'outgoing';
  if (call.status === 'missed') return outgoing ? 'noAnswer' : 'missed';
  if (call.status === 'declined') return outgoing ? 'declinedByThem' : 'declined';
  return call.status;
}
