import { IconBulb, IconUserShield } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatMessage } from '../../../../src/protocol/signaling.ts';
import { useUser } from '../../app/context.tsx';
import { chatEntries, type CallNote, type OutgoingMessage } from '../../call/chat.ts';
import { displayName } from '../../call/people.ts';
import { Avatar } from '../../parts/Avatar.tsx';
import { Button } from '../../parts/Button.tsx';
import { LinkedText } from '../../parts/LinkedText.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { useLanguage } from '../../parts/useLanguage.ts';
import { clockTime } from '../../words/format.ts';
import { useCall, useCallState } from './callContext.tsx';
import styles from './ChatPanel.module.css';
import { ChatField } from './ChatField.tsx';
import { usePanel } from './panel.ts';
import { usePolicyWords } from './usePolicyWords.ts';

/** What people write to each other, grouped by person, with what happened in the call as quiet lines between. */
export function ChatPanel() {
  const { t } = useTranslation();
  const { close } = usePanel();
  const call = useCall();
  const { messages, outgoing } = useCallState((state) => state.chat);
  const notes = useCallState((state) => state.notes);
  const end = useStayAtEnd(messages, outgoing);
  useEffect(() => call.chat.see(), [call, messages]);
  return (
    <Panel title={t('chat.title')} bodyLabel={t('chat.messages')} onClose={close} foot={<ChatField />}>
      <div className={styles.messages} data-testid="chat-messages">
        {messages.length + outgoing.length + notes.length === 0 && (
          <p className={`small muted ${styles.empty}`}>{t('chat.empty')}</p>
        )}
        {chatEntries(messages, notes).map((entry) =>
          entry.kind === 'note' ? (
            <Note key={entry.note.id} note={entry.note} />
          ) : (
            <Group key={entry.messages[0]?.messageId} messages={entry.messages} />
          ),
        )}
        {outgoing.length > 0 && <Outgoing messages={outgoing} />}
      </div>
      <div ref={end} />
    </Panel>
  );
}

function Group({ messages }: { messages: readonly ChatMessage[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [first] = messages;
  const own = useUser().id === first?.user.id;
  if (!first) return null;
  const name = displayName(first.user);
  return (
    <div className={`${styles.group} ${own ? styles.own : ''}`}>
      {!own && <Avatar name={name} size="small" />}
      <div className={styles.lines}>
        <span className={styles.by}>
          <bdi>{own ? t('call.you') : name}</bdi> · {clockTime(Date.parse(first.sentAt), language)}
        </span>
        {messages.map(({ messageId, text }) => (
          <p key={messageId} className={styles.bubble} dir="auto" data-testid="chat-message">
            <LinkedText text={text} />
          </p>
        ))}
      </div>
    </div>
  );
}

/** On their way, or not arrived: those can be sent again. */
function Outgoing({ messages }: { messages: readonly OutgoingMessage[] }) {
  const { t } = useTranslation();
  const call = useCall();
  return (
    <div className={`${styles.group} ${styles.own}`}>
      <div className={styles.lines}>
        {messages.map(({ requestId, text, failure }) => (
          <div key={requestId} className={styles.lines}>
            <p className={`${styles.bubble} ${styles.outgoing}`} dir="auto">
              <LinkedText text={text} />
            </p>
            {failure !== null && (
              <span className={styles.failed} role="alert">
                {failure === 'RATE_LIMITED' ? t('error.limited') : t('chat.failed')}
                <Button look="quiet" onClick={() => void call.chat.sendAgain(requestId)}>
                  {t('action.tryAgain')}
                </Button>
              </span>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function Note({ note }: { note: CallNote }) {
  const { t } = useTranslation();
  const words = usePolicyWords();
  const Icon = note.kind === 'passed' ? IconBulb : IconUserShield;
  const language = useLanguage();
  return (
    <p className={styles.note}>
      <Icon size={16} stroke={1.8} aria-hidden />
      <span>
        {note.kind === 'passed' ? t(`chat.passed.${note.check}`, { name: note.name }) : words(note)} ·{' '}
        {clockTime(note.atMs, language)}
      </span>
    </p>
  );
}

/** New messages come into sight, unless the reader has scrolled up to older ones. */
function useStayAtEnd(messages: readonly unknown[], outgoing: readonly unknown[]) {
  const end = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const scroller = end.current?.parentElement;
    if (!scroller) return undefined;
    const look = (): void => {
      atEnd.current = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    };
    scroller.addEventListener('scroll', look, { passive: true });
    return () => scroller.removeEventListener('scroll', look);
  }, []);
  const sending = outgoing.length > 0;
  useLayoutEffect(() => {
    if (atEnd.current || sending) end.current?.scrollIntoView({ block: 'end' });
  }, [messages, sending]);
  return end;
}
