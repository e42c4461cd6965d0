import { FRAMES_PER_SECOND, type Camera } from './camera.ts';
import { chime, PACKET_MS } from './chime.ts';
import type { MediaSender } from './MediaSender.ts';

/** The chime begins anew after so many packets; between two there is silence, in which nothing is sent. */
const CHIME_EVERY_PACKETS = 8000 / PACKET_MS;

/** Sends the pictures of a camera, if there is one, and the chime, each when it is due, until it is closed. */
export class Broadcast {
  readonly #sender: MediaSender;
  readonly #startedAtMs = performance.now();
  readonly #packets = chime();
  readonly #sound: NodeJS.Timeout;
  #soundPackets = 0;
  #picture: NodeJS.Timeout | undefined;
  #drawing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(sender: MediaSender, camera: Camera | null) {
    this.#sender = sender;
    this.#sound = setInterval(() => {
      this.#sendSound();
    }, PACKET_MS);
    if (camera) this.#sendPictures(camera);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sound);
    clearTimeout(this.#picture);
    await this.#drawing;
    await this.#sender.close();
  }

  get #nowS(): number {
    return (performance.now() - this.#startedAtMs) / 1000;
  }

  /** The next picture is due a frame's time after the last one began, however long drawing took. */
  #sendPictures(camera: Camera): void {
    const atS = this.#nowS;
    this.#drawing = camera(atS).then((frame) => {
      if (this.#closed) return;
      this.#sender.sendVideo(frame, atS);
      const nextInMs = 1000 * (atS + 1 / FRAMES_PER_SECOND - this.#nowS);
      this.#picture = setTimeout(
        () => {
          this.#sendPictures(camera);
        },
        Math.max(0, nextInMs),
      );
    });
  }

  /** Timers are late now and then: sends all packets that are due. */
  #sendSound(): void {
    for (const due = (1000 * this.#nowS) / PACKET_MS; this.#soundPackets < due; this.#soundPackets++) {
      const position = this.#soundPackets % CHIME_EVERY_PACKETS;
      const packet = this.#packets[position];
      if (packet) this.#sender.sendAudio(packet, (this.#soundPackets * PACKET_MS) / 1000, position === 0);
    }
  }
}
