import {
  IconAntennaBars2,
  IconAntennaBars5,
  IconLayoutGrid,
  IconLayoutSidebarRight,
  IconLink,
  IconLock,
  IconMaximize,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { isWeak } from '../../call/quality.ts';
import { IconButton } from '../../parts/Button.tsx';
import { Mark } from '../../parts/Mark.tsx';
import { useNow } from '../../parts/useNow.ts';
import { stopwatch } from '../../words/format.ts';
import { useCallState } from './callContext.tsx';
import { useCallName } from './useCallName.ts';
import styles from './CallScreen.module.css';
import { useLayout, type StageMode } from './layout.ts';
import { useCopyInvitation } from './useCopyInvitation.ts';
import { canFillScreen, toggleFullScreen } from './useShortcuts.ts';

/** Above the stage: mark, title, clock, network, invitation, full screen. One to one it floats as two pills. */
export function CallHeader({ mode }: { mode: StageMode }) {
  const { t } = useTranslation();
  const name = useCallName();
  if (mode === 'one') {
    return (
      <header className={styles.head}>
        <div className={styles.pill}>
          <span className={styles.mark}>
            <Mark size={22} />
          </span>
          <h1 className="sr">{t('call.with', { name })}</h1>
          <LockedSign />
          <Clock />
        </div>
        <div className={`${styles.pill} ${styles.pillEnd}`}>
          <Network />
          <FullScreen />
        </div>
      </header>
    );
  }
  return (
    <header className={styles.head}>
      <span className={styles.mark}>
        <Mark />
      </span>
      <div className={styles.title}>
        <h1 className="ell">{name}</h1>
        <LockedSign />
        <span className="muted small">
          <Clock />
        </span>
      </div>
      <Network />
      {mode !== 'share' && <LayoutButton />}
      <Invitation />
      <FullScreen />
    </header>
  );
}

function LockedSign() {
  const { t } = useTranslation();
  const locked = useCallState((state) => state.call?.locked === true);
  if (!locked) return null;
  return (
    <span className={`muted ${styles.locked}`} role="img" aria-label={t('lock.locked')} title={t('lock.locked')}>
      <IconLock size={18} stroke={1.8} aria-hidden />
    </span>
  );
}

function Clock() {
  const startTime = useCallState((state) => state.call?.startTime ?? null);
  const now = useNow();
  return (
    <span role="timer" data-varies>
      {stopwatch(startTime === null ? 0 : (now - Date.parse(startTime)) / 1000)}
    </span>
  );
}

function Network() {
  const { t } = useTranslation();
  const quality = useCallState((state) => state.quality);
  const weak = quality !== null && isWeak(quality);
  const state = quality === null ? 'unknown' : weak ? 'weak' : 'good';
  const Icon = weak ? IconAntennaBars2 : IconAntennaBars5;
  const numbers =
    quality === null
      ? ''
      : ` · ${t('call.networkMore', { rtt: quality.rttMs, loss: (quality.loss * 100).toFixed(1) })}`;
  const words = t(`call.network.${state}`) + numbers;
  return (
    <span className={styles.network} data-varies role="img" aria-label={words} title={words}>
      <Icon size={20} stroke={1.8} aria-hidden />
    </span>
  );
}

/** Changes between the grid and one person large; shows what the press leads to. */
function LayoutButton() {
  const { t } = useTranslation();
  const { spotlight, toggle } = useLayout();
  const alone = useCallState((state) => state.peers.length === 0);
  if (alone) return null;
  const Icon = spotlight ? IconLayoutGrid : IconLayoutSidebarRight;
  return (
    <IconButton
      className="desk-only"
      label={`${spotlight ? t('call.showGrid') : t('call.showSpotlight')} (G)`}
      data-testid="layout"
      onClick={toggle}
    >
      <Icon size={20} stroke={1.8} aria-hidden />
    </IconButton>
  );
}

function Invitation() {
  const { t } = useTranslation();
  const copy = useCopyInvitation();
  const isMeeting = useCallState((state) => state.call?.callee === null);
  if (!isMeeting) return null;
  return (
    <IconButton className="desk-only" label={t('call.invite')} onClick={() => void copy()}>
      <IconLink size={20} stroke={1.8} aria-hidden />
    </IconButton>
  );
}

function FullScreen() {
  const { t } = useTranslation();
  if (!canFillScreen()) return null;
  return (
    <IconButton className="desk-only" label={`${t('call.fullScreen')} (F)`} onClick={() => void toggleFullScreen()}>
      <IconMaximize size={20} stroke={1.8} aria-hidden />
    </IconButton>
  );
}
