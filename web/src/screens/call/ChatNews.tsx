import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUser } from '../../app/context.tsx';
import { displayName } from '../../call/people.ts';
import { tickForChat } from '../../call/sounds.ts';
import { useCallState } from './callContext.tsx';
import { usePanel } from './panel.ts';

const spokenChars = 80;

/** Speaks what others write, politely and cut short, and ticks while the panel is closed. Not for the eye. */
export function ChatNews() {
  const { t } = useTranslation();
  const own = useUser().id;
  const messages = useCallState((state) => state.chat.messages);
  const { panel } = usePanel();
  const [text, setText] = useState('');
  const told = useRef(messages.at(-1)?.sentAt ?? '');
  const open = panel === 'chat';
  useEffect(() => {
    const news = messages.filter(({ sentAt, user }) => sentAt > told.current && user.id !== own);
    const last = news.at(-1);
    told.current = messages.at(-1)?.sentAt ?? '';
    if (!last) return;
    setText(
      t('chat.spoken', { name: displayName(last.user), text: Array.from(last.text).slice(0, spokenChars).join('') }),
    );
    if (!open) tickForChat();
  }, [messages, own, open, t]);
  return (
    <div className="sr" role="status" aria-live="polite" data-testid="chat-news">
      {text}
    </div>
  );
}
