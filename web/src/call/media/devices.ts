import type { SoundProcessing } from '../../session/mediaChoices.ts';

/** The browser's cameras, microphones and loudspeakers. */

export type DeviceKind = 'mic' | 'camera';
/** Why a device could not be had, as far as the browser tells; `blur`: the background cannot be blurred here. */
export type DeviceProblem = 'blocked' | 'missing' | 'busy' | 'unsupported' | 'blur';

export class DeviceError extends Error {
  readonly problem: DeviceProblem;

  constructor(problem: DeviceProblem, cause: unknown) {
    super(`device problem: ${problem}`, { cause });
    this.name = 'DeviceError';
    this.problem = problem;
  }
}

/**
 * Opens a device and gives its track.
 *
 * @param deviceId - A device that was chosen; when it has gone, whichever the browser prefers.
 * @throws DeviceError
 */
export async function openDevice(
  kind: DeviceKind,
  deviceId: string | null,
  sound: SoundProcessing | null,
): Promise<MediaStreamTrack> {
  // A device that is only preferred may lose against another one whose sizes fit better.
  const id = deviceId === null ? {} : { deviceId: { exact: deviceId } };
  const constraints: MediaStreamConstraints =
    kind === 'mic'
      ? { audio: { ...id, ...sound } }
      : { video: { ...id, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } } };
  try {
    return await firstTrack(() => navigator.mediaDevices.getUserMedia(constraints));
  } catch (error) {
    const gone = deviceId !== null && error instanceof DeviceError && error.problem === 'missing';
    if (gone) return openDevice(kind, null, sound);
    throw error;
  }
}

export interface SharedScreen {
  screen: MediaStreamTrack;
  screenAudio: MediaStreamTrack | null;
}

/** What Chromium offers beyond the DOM types: the system's sound, another tab later, and not the call itself. */
interface Sharing extends DisplayMediaStreamOptions {
  systemAudio: 'include';
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
}

const sharing: Sharing = {
  video: { frameRate: { max: 30 } },
  // Music and films are no voice in a room.
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: 'include',
  surfaceSwitching: 'include',
  selfBrowserSurface: 'exclude',
};

/**
 * Lets the user choose a screen or window to share. Gives the picture and, where the browser offers it, its sound.
 *
 * @throws DeviceError; `blocked` when the user closed the dialog.
 */
export async function openScreen(): Promise<SharedScreen> {
  let screenAudio: MediaStreamTrack | null = null;
  const screen = await firstTrack(async () => {
    const stream = await navigator.mediaDevices.getDisplayMedia(sharing);
    screenAudio = stream.getAudioTracks()[0] ?? null;
    return new MediaStream(stream.getVideoTracks());
  });
  screen.contentHint = 'detail';
  return { screen, screenAudio };
}

async function firstTrack(open: () => Promise<MediaStream>): Promise<MediaStreamTrack> {
  // Pages that are not a secure context have no `mediaDevices` at all, whatever the types say.
  if (!('mediaDevices' in navigator)) throw new DeviceError('unsupported', null);
  try {
    const track = (await open()).getTracks()[0];
    if (!track) throw new DeviceError('missing', null);
    return track;
  } catch (error) {
    throw error instanceof DeviceError ? error : new DeviceError(problemOf(error), error);
  }
}

function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'blocked';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'unsupported';
  }
}

export function canShareScreen(): boolean {
  return 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;
}

export interface DeviceChoice {
  deviceId: string;
  label: string;
}

export type ListedKind = DeviceKind | 'speaker';
const browserKind = { mic: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' } as const;

/** Devices of one kind. Labels are empty until the browser has given leave to use one. */
export async function listDevices(kind: ListedKind): Promise<DeviceChoice[]> {
  if (!('mediaDevices' in navigator)) return [];
  const wanted = browserKind[kind];
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === wanted && device.deviceId !== '')
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Calls back when devices come or go. @returns what ends that. */
export function onDevicesChanged(listener: () => void): () => void {
  if (!('mediaDevices' in navigator)) return () => undefined;
  navigator.mediaDevices.addEventListener('devicechange', listener);
  return () => navigator.mediaDevices.removeEventListener('devicechange', listener);
}

/** Whether this browser lets the page say which loudspeaker to use. */
export function canChooseSpeaker(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

/** Whether camera and microphone open without asking the user. False where the browser does not tell. */
export async function devicesPermitted(): Promise<boolean> {
  if (!('permissions' in navigator)) return false;
  try {
    const answers = await Promise.all(
      ['camera', 'microphone'].map((name) => navigator.permissions.query({ name: name as PermissionName })),
    );
    return answers.every(({ state }) => state === 'granted');
  } catch {
    return false;
  }
}

/** Programs that appear as a camera, by the names that they give it. Whatever they play looks like a camera's picture. */
const PROGRAMS =
  /virtual|\bobs\b|manycam|xsplit|\bvcam\b|snap ?camera|splitcam|youcam|altercam|webcamoid|mmhmm|v4l2|dummy video|unity video|swapface/i;

/** Whether a camera's name says that it is a program's. Cameras that call themselves something else are not found. */
export function isVirtualCamera(label: string): boolean {
  return PROGRAMS.test(label);
}
