import {
  IconBackground,
  IconChevronDown,
  IconLink,
  IconLock,
  IconMicrophone,
  IconSettings,
  IconVideo,
  IconVolume,
} from '@tabler/icons-react';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useCalls, useClient, useUser } from '../app/context.tsx';
import { TopBar } from '../app/Frame.tsx';
import { canChooseSpeaker, type ListedKind } from '../call/media/devices.ts';
import { displayName } from '../call/people.ts';
import { chooseDevice, mediaChoices, rememberAtDoor } from '../session/mediaChoices.ts';
import { storedConsent } from '../session/preferences.ts';
import { Avatar } from '../parts/Avatar.tsx';
import { Button } from '../parts/Button.tsx';
import { useTitle } from '../parts/useTitle.ts';
import { Video } from '../parts/Video.tsx';
import { TroubleBanner } from './call/CallBanners.tsx';
import { useCall, useCallState, useChallenges } from './call/callContext.tsx';
import { OwnCheckButton } from './call/CheckActions.tsx';
import { DeviceToggle } from './call/DeviceButton.tsx';
import { useCopyInvitation } from './call/useCopyInvitation.ts';
import styles from './PreJoinScreen.module.css';
import { useChosenDevice, useDevices } from './useDevices.ts';
import { useMicLevel } from './useMicLevel.ts';

/** The door of a meeting: how one looks, with what, and what was agreed to. Everything is ready when one presses join. */
export function PreJoinScreen() {
  const { t } = useTranslation();
  const call = useCall();
  const info = useCallState((state) => state.call);
  const ready = useCallState((state) => state.phase === 'prepared');
  const camera = useCallState((state) => state.own.camera);
  const copy = useCopyInvitation();
  const [joining, setJoining] = useState(false);
  const [devicesShown, setDevicesShown] = useState(false);
  const title = info ? (info.title ?? t('home.untitled', { name: displayName(info.caller) })) : t('prejoin.title');
  useTitle(title);
  return (
    <>
      <TopBar />
      <main className={styles.page} data-testid="prejoin">
        <Preview>
          <button
            type="button"
            className={`${styles.control} ${styles.gear}`}
            aria-expanded={devicesShown}
            aria-controls="devices"
            aria-label={t('prejoin.devices')}
            title={t('prejoin.devices')}
            data-testid="prejoin-devices"
            onClick={() => setDevicesShown(!devicesShown)}
          >
            <IconSettings size={23} stroke={1.8} aria-hidden />
          </button>
        </Preview>
        <div className={styles.side}>
          <div>
            <h1>{title}</h1>
            <Button look="quiet" style={{ marginLeft: -12 }} onClick={() => void copy()}>
              <IconLink size={20} stroke={1.8} aria-hidden />
              {t('prejoin.copy')}
            </Button>
          </div>
          {camera.problem !== 'blocked' && <TroubleBanner />}
          <div id="devices" className={styles.devices} data-shown={devicesShown}>
            <DeviceSelect kind="camera" />
            <div className="stack" style={{ gap: 8 }}>
              <DeviceSelect kind="mic" />
              <MicLevel />
            </div>
            {canChooseSpeaker() && <DeviceSelect kind="speaker" />}
          </div>
          <ConsentNote />
          <EarlyCheck />
          <Button
            look="main"
            wide
            className={styles.join}
            data-testid="prejoin-join"
            disabled={!ready || joining}
            onPointerDown={() => call.intent()}
            onClick={() => {
              setJoining(true);
              void call.join();
            }}
          >
            {!ready ? t('prejoin.preparing') : camera.problem === null ? t('prejoin.join') : t('prejoin.joinVoice')}
          </Button>
        </div>
      </main>
    </>
  );
}

/** The own picture before others see it, with the buttons of microphone, camera and background, and whatever more. */
export function Preview({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  const user = useUser();
  const { track, problem } = useCallState((state) => state.own.camera);
  return (
    <div className={styles.preview} data-testid="tile" data-self="true">
      {track ? (
        <Video track={track} testId="tile-video" />
      ) : (
        <div className={styles.off}>
          <Avatar name={user.full_name || user.username} size="large" />
          {problem === 'blocked' ? <Blocked /> : <span>{t('prejoin.cameraOff')}</span>}
        </div>
      )}
      <span className={styles.tag}>
        <IconLock size={16} stroke={1.8} aria-hidden />
        {t('prejoin.onlyYou')}
      </span>
      <div className={styles.controls}>
        <DeviceToggle kind="mic" className={styles.control} onSwitch={rememberAtDoor} />
        <DeviceToggle kind="camera" className={styles.control} onSwitch={rememberAtDoor} />
        <BlurToggle />
        {children}
      </div>
    </div>
  );
}

/** The browser refuses the camera: what to press, and another try. */
function Blocked() {
  const { t } = useTranslation();
  const call = useCall();
  return (
    <>
      <b>{t('prejoin.blocked')}</b>
      <span className="small">{t('prejoin.blockedMore')}</span>
      <Button onClick={() => void call.setDevice('camera', true)}>{t('action.tryAgain')}</Button>
    </>
  );
}

const deviceIcons = { mic: IconMicrophone, camera: IconVideo, speaker: IconVolume } as const;

export function DeviceSelect({ kind }: { kind: ListedKind }) {
  const { t } = useTranslation();
  const id = useId();
  const devices = useDevices(kind);
  const chosen = useChosenDevice(kind, devices);
  const Icon = deviceIcons[kind];
  const names = { mic: t('prejoin.microphone'), camera: t('prejoin.camera'), speaker: t('call.speaker') };
  return (
    <div className={styles.select}>
      <Icon size={20} stroke={1.8} aria-hidden />
      <label htmlFor={id} className="sr">
        {names[kind]}
      </label>
      <select
        id={id}
        value={chosen ?? ''}
        disabled={devices.length === 0}
        onChange={(event) => chooseDevice(kind, event.currentTarget.value)}
      >
        {devices.length === 0 && <option value="">{t('call.noDevices')}</option>}
        {devices.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label || t('call.defaultDevice', { number: index + 1 })}
          </option>
        ))}
      </select>
      <IconChevronDown size={20} stroke={1.8} aria-hidden />
    </div>
  );
}

function MicLevel() {
  const { t } = useTranslation();
  const track = useCallState((state) => state.own.mic.track);
  const level = Math.round(useMicLevel(track) * 20);
  return (
    <div
      className={styles.level}
      data-varies
      role="meter"
      aria-label={t('prejoin.level')}
      aria-valuemin={0}
      aria-valuemax={20}
      aria-valuenow={level}
    >
      {Array.from({ length: 20 }, (_, index) => (
        <i key={index} data-on={index < level || undefined} />
      ))}
    </div>
  );
}

/** A check at the door, so that nobody has to ask for one inside. */
function EarlyCheck() {
  const { t } = useTranslation();
  const ready = useCallState((state) => state.phase === 'prepared');
  const view = useCallState((state) => (state.self ? state.views[state.self.peerId] : undefined));
  const passed = useChallenges((state) => Object.values(state.peers).some((check) => check.state === 'passed'));
  if (!ready || view?.reason === 'not_consented') return null;
  return passed ? <p className="small muted">{t('challenge.passedAtDoor')}</p> : <OwnCheckButton />;
}

/** Blurs what is behind the person, before the meeting is entered. */
function BlurToggle() {
  const { t } = useTranslation();
  const blur = useStore(mediaChoices, (choices) => choices.blur);
  return (
    <button
      type="button"
      className={styles.control}
      aria-pressed={blur}
      aria-label={t('settings.blur')}
      title={t('settings.blur')}
      data-testid="blur-background"
      onClick={() => mediaChoices.setState({ blur: !blur })}
    >
      <IconBackground size={23} stroke={1.8} aria-hidden />
    </button>
  );
}

/** What was agreed to about the checks, and the way to change it. */
function ConsentNote() {
  const { t } = useTranslation();
  const client = useClient();
  const calls = useCalls();
  const user = useUser();
  const question = useStore(client.question);
  const roomId = useCallState((state) => state.call?.roomId);
  // Read anew when the question has been answered.
  const consent = question === null ? storedConsent(user.id) : null;
  const words = !consent?.check
    ? t('prejoin.refused')
    : consent.evidence
      ? t('prejoin.agreedEvidence')
      : t('prejoin.agreed');
  const change = async (): Promise<void> => {
    if ((await client.askConsentAgain()) !== null && roomId !== undefined) await calls.openMeeting(roomId);
  };
  return (
    <div className={styles.note}>
      <p className="small">
        <b>{t('prejoin.checked')}</b>
        <br />
        <span className="muted">{words}</span>
      </p>
      <Button look="quiet" onClick={() => void change()}>
        {t('prejoin.change')}
      </Button>
    </div>
  );
}
