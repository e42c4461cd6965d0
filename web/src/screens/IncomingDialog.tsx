import { IconPhone, IconVideo } from '@tabler/icons-react';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { CallInfo } from '../../../src/protocol/signaling.ts';
import type { CallType } from '../../../src/protocol/values.ts';
import { useCalls } from '../app/context.tsx';
import { displayName } from '../call/people.ts';
import { ringIn } from '../call/sounds.ts';
import { Avatar } from '../parts/Avatar.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { HangUpIcon } from '../parts/Mark.tsx';
import { StatusGlyph } from '../parts/StatusGlyph.tsx';
import styles from './IncomingDialog.module.css';

/** A call that rings, over whatever is open. */
export function IncomingDialog() {
  const call = useStore(useCalls().store, (state) => state.incoming);
  return call && <Ringing key={call.callId} call={call} />;
}

function Ringing({ call }: { call: CallInfo }) {
  const { t } = useTranslation();
  const id = useId();
  const calls = useCalls();
  const [silent, setSilent] = useState(false);
  const name = displayName(call.caller);
  const answer = (type: CallType): void => void calls.answer(type).catch(() => undefined);
  useEffect(() => (silent ? undefined : ringIn()), [silent]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) answer(call.callType);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  return (
    <Dialog labelledBy={id} testId="incoming-call" full onEscape={() => setSilent(true)}>
      <div className={styles.ring}>
        <div className={styles.pulse}>
          <Avatar name={name} size="large" />
        </div>
        <h1 id={id}>
          <span className="sr">{t('incoming.title')}: </span>
          {name}
        </h1>
        <p className="muted">{t(`incoming.${call.callType}`)}</p>
      </div>
      <div>
        <div className={styles.fact}>
          <StatusGlyph sign="unscored" size={20} />
          <span>{t('incoming.fact')}</span>
        </div>
        <div className={styles.actions}>
          <Action
            className={styles.no}
            testId="incoming-decline"
            icon={<HangUpIcon />}
            label={t('incoming.decline')}
            onPress={() => void calls.decline().catch(() => undefined)}
          />
          {call.callType === 'video' && (
            <Action
              icon={<IconPhone size={26} stroke={1.8} aria-hidden />}
              label={t('incoming.voiceOnly')}
              onIntent={() => calls.intendAnswer()}
              onPress={() => answer('audio')}
            />
          )}
          <Action
            className={styles.yes}
            testId="incoming-accept"
            icon={
              call.callType === 'video' ? (
                <IconVideo size={26} stroke={1.8} aria-hidden />
              ) : (
                <IconPhone size={26} stroke={1.8} aria-hidden />
              )
            }
            label={call.callType === 'video' ? t('incoming.answerVideo') : t('incoming.answer')}
            onIntent={() => calls.intendAnswer()}
            onPress={() => answer(call.callType)}
          />
        </div>
      </div>
    </Dialog>
  );
}

interface ActionProps {
  className?: string | undefined;
  testId?: string;
  icon: ReactNode;
  label: string;
  /** The pointer is down or a key is about to press. */
  onIntent?: () => void;
  onPress: () => void;
}

function Action({ className, testId, icon, label, onIntent, onPress }: ActionProps) {
  return (
    <button
      type="button"
      className={`${styles.action} ${className ?? ''}`}
      data-testid={testId}
      onPointerDown={onIntent}
      onKeyDown={(event) => event.key === 'Enter' && onIntent?.()}
      onClick={onPress}
    >
      <span>{icon}</span>
      {label}
    </button>
  );
}
