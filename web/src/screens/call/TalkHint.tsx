import { IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useCallState } from './callContext.tsx';
import styles from './TalkHint.module.css';
import { useLingering } from './useLingering.ts';
import { usePushToTalk } from './usePushToTalk.ts';

/** The hint stays long enough to be read, ms. */
const readMs = 4000;

/** Above the bar: that nobody hears what is said, or that the key to talk is held. Text only, no sound. */
export function TalkHint() {
  const { t } = useTranslation();
  const held = usePushToTalk();
  const talking = useLingering(
    useCallState(({ own }) => own.talkingMuted),
    readMs,
  );
  const muted = useCallState(({ own }) => own.mic.state === 'off');
  const hint = held ? t('call.pushToTalk') : talking && muted ? t('call.talkingMuted') : null;
  const Icon = held ? IconMicrophone : IconMicrophoneOff;
  return (
    <div className={styles.place} role="status" aria-live="polite" data-testid="talk-hint">
      {hint !== null && (
        <span className={styles.hint}>
          <Icon size={20} stroke={1.8} aria-hidden />
          {hint}
        </span>
      )}
    </div>
  );
}
