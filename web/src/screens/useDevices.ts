import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { listDevices, onDevicesChanged, type DeviceChoice, type ListedKind } from '../call/media/devices.ts';
import { mediaChoices } from '../session/mediaChoices.ts';
import { useCallState } from './call/callContext.tsx';

/** The devices of one kind that there are now. */
export function useDevices(kind: ListedKind): DeviceChoice[] {
  const [devices, setDevices] = useState<DeviceChoice[]>([]);
  // Names of devices are told only once one is open, so the list is read again then.
  const state = useCallState((snapshot) => `${snapshot.own.mic.state} ${snapshot.own.camera.state}`);
  useEffect(() => {
    let current = true;
    const read = (): void => void listDevices(kind).then((list) => current && setDevices(list));
    read();
    const stop = onDevicesChanged(read);
    return () => {
      current = false;
      stop();
    };
  }, [kind, state]);
  return devices;
}

/** The device in use, by its id. */
export function useChosenDevice(kind: ListedKind, devices: readonly DeviceChoice[]): string | undefined {
  const inUse = useCallState((snapshot) => (kind === 'speaker' ? null : snapshot.own[kind].deviceId));
  const chosen = useStore(mediaChoices, ({ deviceIds }) => deviceIds[kind]);
  const id = inUse ?? chosen;
  return devices.some(({ deviceId }) => deviceId === id) ? (id ?? undefined) : devices[0]?.deviceId;
}
