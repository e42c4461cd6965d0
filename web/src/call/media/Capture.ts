import type { SoundProcessing } from '../../session/mediaChoices.ts';
import type { Size } from '../layers.ts';
import type { BackgroundBlur } from './blur/BackgroundBlur.ts';
import { DeviceError, isVirtualCamera, openDevice, type DeviceKind } from './devices.ts';

/** Which device, and what is done with what it gives. */
export interface CaptureWish {
  /** Null: whichever the browser prefers. */
  deviceId: string | null;
  /** Microphones only. */
  sound: SoundProcessing | null;
  /** Cameras only. */
  blur: boolean;
}

/** What is to be known of a track that is sent. */
export interface TrackFacts {
  /** Told to the others. */
  backgroundChanged: boolean;
  /** The camera is a program's; weighed by the check. */
  virtualCamera: boolean;
  /** Of the picture as it is captured, px; without meaning for sound. */
  size: Size;
}

/** An opened microphone or camera with what is done to it before it is sent. `source` is the device's own track. */
export class Capture {
  readonly source: MediaStreamTrack;
  readonly wish: CaptureWish;
  readonly #blur: BackgroundBlur | null;

  private constructor(source: MediaStreamTrack, wish: CaptureWish, blur: BackgroundBlur | null) {
    this.source = source;
    this.wish = wish;
    this.#blur = blur;
  }

  /**
   * Opens what is wished; goes on with the device of an earlier capture where only the treatment differs.
   *
   * @throws DeviceError; `blur` when the background cannot be blurred: then nothing is opened, lest it be shown.
   */
  static async open(kind: DeviceKind, wish: CaptureWish, before: Capture | null): Promise<Capture> {
    const reused = before !== null && before.source.readyState === 'live' && sameSource(before.wish, wish);
    const source = reused ? before.source : await openDevice(kind, wish.deviceId, wish.sound);
    if (!wish.blur) return new Capture(source, wish, null);
    try {
      const { BackgroundBlur } = await import('./blur/BackgroundBlur.ts');
      return new Capture(source, wish, await BackgroundBlur.create(source));
    } catch (error) {
      if (!reused) source.stop();
      throw new DeviceError('blur', error);
    }
  }

  /** The track that is sent and shown. */
  get track(): MediaStreamTrack {
    return this.#blur?.track ?? this.source;
  }

  /** What whoever sends the track must know. */
  get facts(): TrackFacts {
    const { width = 640, height = 360 } = this.source.getSettings();
    const virtualCamera = isVirtualCamera(this.source.label);
    return { backgroundChanged: this.#blur !== null, virtualCamera, size: { width, height } };
  }

  /** Frees everything that `next` does not go on with. */
  close(next: Capture | null = null): void {
    this.#blur?.close();
    if (next?.source !== this.source) this.source.stop();
  }
}

export function sameWish(a: CaptureWish, b: CaptureWish): boolean {
  return sameSource(a, b) && a.blur === b.blur;
}

function sameSource(a: CaptureWish, b: CaptureWish): boolean {
  return a.deviceId === b.deviceId && JSON.stringify(a.sound) === JSON.stringify(b.sound);
}
