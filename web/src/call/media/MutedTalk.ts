import { isTalk, loudness, readEveryMs, withReading } from './talking.ts';

/**
 * Listens to a microphone that is off for the call, on this device only, and tells when somebody talks into it. The
 * track is attached to no connection.
 */
export class MutedTalk {
  readonly #context = new AudioContext();
  readonly #timer: ReturnType<typeof setInterval>;
  #latest: readonly number[] = [];
  #talking = false;

  constructor(track: MediaStreamTrack, onTalking: (talking: boolean) => void) {
    const analyser = new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.#latest = withReading(this.#latest, loudness(samples));
      const talking = isTalk(this.#latest);
      if (talking === this.#talking) return;
      this.#talking = talking;
      onTalking(talking);
    }, readEveryMs);
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#context.state !== 'closed') void this.#context.close();
  }
}
