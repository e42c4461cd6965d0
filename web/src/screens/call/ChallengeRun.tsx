import { IconArrowLeft, IconArrowRight, IconEyeClosed, IconMoodSurprised } from '@tabler/icons-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { Movement } from '../../../../src/protocol/challenge.ts';
import type { OwnChallenge } from '../../call/ChallengeClient.ts';
import { Button } from '../../parts/Button.tsx';
import { useModal } from '../../parts/useModal.ts';
import { useNarrow } from '../../parts/useNarrow.ts';
import { Video } from '../../parts/Video.tsx';
import styles from './Challenge.module.css';
import { useCall, useCallState } from './callContext.tsx';

type Running = Extract<OwnChallenge, { phase: 'running' }>;

/** The check itself: the whole window is the panel, painted exactly as the server says, with nothing else that moves. */
export function ChallengeRun({ own }: { own: Running }) {
  const { t } = useTranslation();
  const id = useId();
  const { challenges } = useCall();
  const narrow = useNarrow();
  const dialog = useRef<HTMLDialogElement>(null);
  const { kind } = own.info;
  const show = own.shown?.show ?? null;
  useModal(dialog, () => void challenges.dismiss());
  useConfirmShown(own);
  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      className={styles.run}
      data-kind={kind}
      data-testid="challenge"
      aria-labelledby={id}
    >
      <i data-panel="left" style={panelStyle(show?.kind === 'light' ? show.left : null)} />
      <i data-panel="right" style={panelStyle(show?.kind === 'light' ? show.right : null)} />
      <div className={styles.middle}>
        <Orb own={own} />
        <div className={styles.say}>
          {show?.kind === 'movement' && <MovementIcon movement={show.movement} />}
          <h1 id={id} aria-live={kind === 'movement' ? 'assertive' : 'off'}>
            {show?.kind === 'movement' ? t(`challenge.movement.${show.movement}`) : t(`challenge.look.${kind}`)}
          </h1>
          <SecondsLeft endsAtMs={own.endsAtMs} />
        </div>
      </div>
      <Button className={styles.stop} onClick={() => void challenges.dismiss()}>
        {t('challenge.stop')} {!narrow && <kbd>Esc</kbd>}
      </Button>
    </dialog>
  );
}

function panelStyle(colour: string | null): CSSProperties {
  return colour === null ? {} : { background: colour };
}

/** Tells the server when a step is on the screen: in the frame after the one in which it was painted. */
function useConfirmShown({ shown }: Running): void {
  const { challenges } = useCall();
  useLayoutEffect(() => {
    if (shown === null) return;
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => challenges.confirmShown(shown));
    });
    return () => cancelAnimationFrame(frame);
  }, [challenges, shown]);
}

const ring = 2 * Math.PI * 106;

/** The own picture, mirrored, in a ring that closes as the time passes. */
function Orb({ own }: { own: Running }) {
  const track = useCallState((state) => state.own.camera.track);
  const left = useRemaining(own.endsAtMs);
  const share = Math.min(1, Math.max(0, 1 - left / own.totalMs));
  return (
    <div className={styles.orb}>
      <svg viewBox="0 0 220 220" aria-hidden>
        <circle cx="110" cy="110" r="106" />
        <circle cx="110" cy="110" r="106" strokeDasharray={ring} strokeDashoffset={ring * (1 - share)} data-done />
      </svg>
      <div>{track && <Video track={track} />}</div>
    </div>
  );
}

function SecondsLeft({ endsAtMs }: { endsAtMs: number }) {
  const { t } = useTranslation();
  const seconds = Math.ceil(useRemaining(endsAtMs) / 1000);
  return (
    <p role="timer" aria-live="off">
      {t('challenge.secondsLeft', { count: seconds })}
    </p>
  );
}

/** Milliseconds until a moment of the page's clock, looked at four times a second. */
function useRemaining(endsAtMs: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, endsAtMs - now);
}

/** The picture is a mirror: to the left is to the left. */
function MovementIcon({ movement }: { movement: Movement }) {
  const Icon = {
    turn_left: IconArrowLeft,
    turn_right: IconArrowRight,
    open_mouth: IconMoodSurprised,
    close_eyes: IconEyeClosed,
  }[movement];
  return <Icon size={56} stroke={2} aria-hidden />;
}
