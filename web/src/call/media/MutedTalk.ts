import { Hearing } from './Hearing.ts';
import { isTalk, readEveryMs, withReading } from './talking.ts';

/** Listens to a microphone that is off for the call, and tells when somebody talks into it. */
export class MutedTalk {
  readonly #hearing: Hearing;
  #latest: readonly number[] = [];
  #talking = false;

  constructor(track: MediaStreamTrack, onTalking: (talking: boolean) => void) {
    this.#hearing = new Hearing(track, readEveryMs, (level) => {
      this.#latest = withReading(this.#latest, level);
      const talking = isTalk(this.#latest);
      if (talking === this.#talking) return;
      this.#talking = talking;
      onTalking(talking);
    });
  }

  close(): void {
    this.#hearing.close();
  }
}
