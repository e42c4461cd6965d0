import { Menu } from '@mantine/core';
import {
  IconCheck,
  IconChevronDown,
  IconMicrophone,
  IconMicrophoneOff,
  IconVideo,
  IconVideoOff,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listDevices, type DeviceChoice, type DeviceKind } from '../../call/media/devices.ts';
import { preferences } from '../../session/preferences.ts';
import { BarButton } from './BarButton.tsx';
import { BarMenu } from './BarMenu.tsx';
import { useCall, useCallState } from './callContext.tsx';
import styles from './Bar.module.css';

const icons = {
  mic: { on: IconMicrophone, off: IconMicrophoneOff },
  camera: { on: IconVideo, off: IconVideoOff },
} as const;

/** Microphone or camera on and off. */
export function DeviceToggle({ kind, className }: { kind: DeviceKind; className?: string | undefined }) {
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
      onClick={() => void call.toggle(kind)}
    >
      <Icon size={23} stroke={1.8} aria-hidden />
    </button>
  );
}

/** The toggle with a menu of devices beside it. */
export function DeviceButton({ kind }: { kind: DeviceKind }) {
  const { t } = useTranslation();
  const label = kind === 'mic' ? t('call.chooseMic') : t('call.chooseCamera');
  const [devices, setDevices] = useState<DeviceChoice[] | null>(null);
  return (
    <span className={styles.split}>
      <DeviceToggle kind={kind} />
      <BarMenu position="top" onOpen={() => void listDevices(kind).then(setDevices)}>
        <Menu.Target>
          <BarButton className={styles.caret} label={label}>
            <IconChevronDown size={16} stroke={1.8} aria-hidden />
          </BarButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{label}</Menu.Label>
          {devices && <DeviceItems kind={kind} devices={devices} />}
        </Menu.Dropdown>
      </BarMenu>
    </span>
  );
}

function DeviceItems({ kind, devices }: { kind: DeviceKind; devices: DeviceChoice[] }) {
  const { t } = useTranslation();
  const chosen = useChosenDevice(kind, devices);
  const choose = useChooseDevice(kind);
  if (devices.length === 0) return <Menu.Item disabled>{t('call.noDevices')}</Menu.Item>;
  return devices.map(({ deviceId, label }, index) => (
    <Menu.Item
      key={deviceId}
      aria-checked={deviceId === chosen}
      role="menuitemradio"
      leftSection={deviceId === chosen ? <IconCheck size={16} aria-hidden /> : <span style={{ width: 16 }} />}
      onClick={() => choose(deviceId)}
    >
      {label || t('call.defaultDevice', { number: index + 1 })}
    </Menu.Item>
  ));
}

/** The device in use, by its id. */
export function useChosenDevice(kind: DeviceKind, devices: readonly DeviceChoice[]): string | undefined {
  const own = useCallState((snapshot) => snapshot.own[kind]);
  return own.track?.getSettings().deviceId ?? own.deviceId ?? devices[0]?.deviceId;
}

/** Uses a device now and in later calls. */
export function useChooseDevice(kind: DeviceKind): (deviceId: string) => void {
  const call = useCall();
  return (deviceId) => {
    preferences.setState(({ deviceIds }) => ({ deviceIds: { ...deviceIds, [kind]: deviceId } }));
    void call.chooseDevice(kind, deviceId);
  };
}
