import { atEachPress } from '../pressed.ts';
import { loudness } from './talking.ts';

/** Measures how loud a microphone is, on this device only: its track is attached to no connection. */
export class Hearing {
  readonly #context = new AudioContext();
  readonly #analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
  readonly #samples = new Float32Array(this.#analyser.fftSize);
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stopWaiting: () => void;

  /** @param onLevel - Told the loudness from 0 to 1 every `everyMs`. */
  constructor(track: MediaStreamTrack, everyMs: number, onLevel: (level: number) => void) {
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
    this.#stopWaiting = atEachPress(() => {
      if (this.#context.state !== 'running') void this.#context.resume().catch(() => undefined);
    });
    this.#timer = setInterval(() => {
      this.#analyser.getFloatTimeDomainData(this.#samples);
      onLevel(loudness(this.#samples));
    }, everyMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stopWaiting();
    if (this.#context.state !== 'closed') void this.#context.close();
  }
}
