import { Menu } from '@mantine/core';
import {
  IconCheck,
  IconChevronDown,
  IconMicrophone,
  IconMicrophoneOff,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { canChooseSpeaker, type DeviceKind, type ListedKind } from '../../call/media/devices.ts';
import { chooseDevice, mediaChoices } from '../../session/mediaChoices.ts';
import { useChosenDevice, useDevices } from '../useDevices.ts';
import { BarButton } from './BarButton.tsx';
import { BarMenu } from './BarMenu.tsx';
import { useCall, useCallState } from './callContext.tsx';
import styles from './Bar.module.css';

const icons = {
  mic: { on: IconMicrophone, off: IconMicrophoneOff },
  camera: { on: IconVideo, off: IconVideoOff },
} as const;

export interface DeviceToggleProps {
  kind: DeviceKind;
  className?: string | undefined;
  /** Told of each press. */
  onSwitch?: (kind: DeviceKind, on: boolean) => void;
}

/** Microphone or camera on and off. */
export function DeviceToggle({ kind, className, onSwitch }: DeviceToggleProps) {
  const { t } = useTranslation();
  const call = useCall();
  const { state } = useCallState((snapshot) => snapshot.own[kind]);
  const off = state === 'off';
  const Icon = icons[kind][off ? 'off' : 'on'];
  const shortcut = kind === 'mic' ? 'M' : 'V';
  const labels = { mic: [t('call.micOn'), t('call.micOff')], camera: [t('call.cameraOn'), t('call.cameraOff')] };
  const label = labels[kind][off ? 0 : 1] ?? '';
  return (
    <button
      type="button"
      className={className ?? styles.button}
      data-testid={`toggle-${kind}`}
      data-off={off || undefined}
      aria-label={`${label} (${shortcut})`}
      title={`${label} (${shortcut})`}
      aria-keyshortcuts={shortcut}
      aria-busy={state === 'starting'}
      onClick={() => {
        onSwitch?.(kind, off);
        void call.toggle(kind);
      }}
    >
      <Icon size={23} stroke={1.8} aria-hidden />
    </button>
  );
}

/** The toggle with a menu of devices beside it. */
export function DeviceButton({ kind }: { kind: DeviceKind }) {
  const { t } = useTranslation();
  const label = kind === 'mic' ? t('call.chooseMic') : t('call.chooseCamera');
  return (
    <span className={styles.split}>
      <DeviceToggle kind={kind} />
      <BarMenu position="top">
        <Menu.Target>
          <BarButton className={styles.caret} label={label}>
            <IconChevronDown size={16} stroke={1.8} aria-hidden />
          </BarButton>
        </Menu.Target>
        <Menu.Dropdown>{kind === 'mic' ? <MicMenu /> : <CameraMenu />}</Menu.Dropdown>
      </BarMenu>
    </span>
  );
}

function MicMenu() {
  const { t } = useTranslation();
  const mutedHint = useStore(mediaChoices, (choices) => choices.mutedHint);
  return (
    <>
      <Menu.Label>{t('prejoin.microphone')}</Menu.Label>
      <DeviceItems kind="mic" />
      {canChooseSpeaker() && (
        <>
          <Menu.Label>{t('call.speaker')}</Menu.Label>
          <DeviceItems kind="speaker" />
        </>
      )}
      <Menu.Divider />
      <CheckItem checked={mutedHint} onChange={(on) => mediaChoices.setState({ mutedHint: on })}>
        {t('settings.mutedHint')}
      </CheckItem>
    </>
  );
}

function CameraMenu() {
  const { t } = useTranslation();
  const blur = useStore(mediaChoices, (choices) => choices.blur);
  return (
    <>
      <Menu.Label>{t('prejoin.camera')}</Menu.Label>
      <DeviceItems kind="camera" />
      <Menu.Divider />
      <CheckItem checked={blur} testId="blur-background" onChange={(on) => mediaChoices.setState({ blur: on })}>
        {t('settings.blur')}
      </CheckItem>
    </>
  );
}

function DeviceItems({ kind }: { kind: ListedKind }) {
  const { t } = useTranslation();
  const devices = useDevices(kind);
  const chosen = useChosenDevice(kind, devices);
  if (devices.length === 0) return <Menu.Item disabled>{t('call.noDevices')}</Menu.Item>;
  return devices.map(({ deviceId, label }, index) => (
    <Menu.RadioItem
      key={deviceId}
      value={deviceId}
      checked={deviceId === chosen}
      checkIcon={<Tick />}
      closeMenuOnClick
      onChange={() => chooseDevice(kind, deviceId)}
    >
      {label || t('call.defaultDevice', { number: index + 1 })}
    </Menu.RadioItem>
  ));
}

interface CheckItemProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  testId?: string;
  children: ReactNode;
}

/** A choice of a menu that is on or off. */
function CheckItem({ checked, onChange, testId, children }: CheckItemProps) {
  return (
    <Menu.CheckboxItem checked={checked} checkIcon={<Tick />} closeMenuOnClick data-testid={testId} onChange={onChange}>
      {children}
    </Menu.CheckboxItem>
  );
}

function Tick() {
  return <IconCheck size={16} aria-hidden />;
}
