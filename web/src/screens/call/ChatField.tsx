import { IconSend } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { chatText, maxChatBytes } from '../../../../src/protocol/values.ts';
import { useCall } from './callContext.tsx';
import styles from './ChatPanel.module.css';

/** Where one writes. Enter sends, Shift+Enter begins a line; an input method's own Enter does neither. */
export function ChatField() {
  const { t } = useTranslation();
  const call = useCall();
  const [text, setText] = useState('');
  const tooLong = new TextEncoder().encode(text).length > maxChatBytes;
  const send = (): void => {
    const message = text.trim();
    if (!chatText.safeParse(message).success) return;
    setText('');
    void call.chat.send(message);
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className={styles.field}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        className={styles.input}
        rows={1}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKey}
        aria-label={t('chat.write')}
        placeholder={t('chat.everyone')}
        aria-invalid={tooLong || undefined}
        aria-describedby={tooLong ? 'chat-too-long' : undefined}
        enterKeyHint="send"
        data-testid="chat-input"
      />
      <button
        type="submit"
        className={styles.send}
        aria-label={t('chat.send')}
        title={t('chat.send')}
        disabled={tooLong}
        data-testid="chat-send"
      >
        <IconSend size={20} stroke={1.8} aria-hidden />
      </button>
      {tooLong && (
        <p id="chat-too-long" className={styles.tooLong} role="alert">
          {t('chat.tooLong')}
        </p>
      )}
    </form>
  );
}
