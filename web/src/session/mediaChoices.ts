import { createStore, type StoreApi } from 'zustand/vanilla';
import { z } from 'zod';

/** What an account chose about microphone, camera and loudspeaker on this browser; saved at once, each account's apart. */

const deviceId = z.string().nullable().catch(null);
const flag = (fallback: boolean) => z.boolean().catch(fallback);

const schema = z.object({
  /** Null: whichever the browser prefers. */
  deviceIds: z.object({ mic: deviceId, camera: deviceId, speaker: deviceId }).catch({
    mic: null,
    camera: null,
    speaker: null,
  }),
  /** What the browser does to the microphone's sound. */
  sound: z
    .object({ echoCancellation: flag(true), noiseSuppression: flag(true), autoGainControl: flag(true) })
    .catch({ echoCancellation: true, noiseSuppression: true, autoGainControl: true }),
  /** With what one comes to the door of a meeting: as one left it the last time. */
  door: z.object({ mic: flag(true), camera: flag(true) }).catch({ mic: true, camera: true }),
  /** Everything but the person is blurred before it leaves the device; the others are told. */
  blur: flag(false),
  /** Listens on this device while the microphone is off in a call, to say that nobody hears. Nothing is sent. */
  mutedHint: flag(true),
});

export type MediaChoices = z.infer<typeof schema>;
export type SoundProcessing = MediaChoices['sound'];

const storageKey = (userId: string): string => `veritalk.media.${userId}`;
const defaults = schema.parse({});

export const mediaChoices: StoreApi<MediaChoices> = createStore<MediaChoices>(() => defaults);
let owner: string | null = null;
mediaChoices.subscribe((state) => {
  if (owner !== null) localStorage.setItem(storageKey(owner), JSON.stringify(state));
});

/** Takes up the choices of an account; what was stored and cannot be read counts as not chosen. Null: nobody is signed in. */
export function openMediaChoices(userId: string | null): void {
  owner = null;
  mediaChoices.setState(userId === null ? defaults : read(storageKey(userId)), true);
  owner = userId;
}

export function chooseDevice(kind: keyof MediaChoices['deviceIds'], id: string): void {
  mediaChoices.setState(({ deviceIds }) => ({ deviceIds: { ...deviceIds, [kind]: id } }));
}

/** Microphone or camera was switched at the door of a meeting. */
export function rememberAtDoor(kind: keyof MediaChoices['door'], on: boolean): void {
  mediaChoices.setState(({ door }) => ({ door: { ...door, [kind]: on } }));
}

function read(key: string): MediaChoices {
  let stored: unknown;
  try {
    stored = JSON.parse(localStorage.getItem(key) ?? '{}');
  } catch {
    stored = {};
  }
  return schema.safeParse(stored).data ?? defaults;
}
