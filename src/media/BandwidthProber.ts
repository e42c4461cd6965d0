import type { types } from 'mediasoup';

/** Time between two tries, ms. A try at 300 kbit/s costs about 600 bytes. */
const tryEveryMs = 3000;
/** How much more than is known to get through is tried at a time. */
const growth = 3;
/**
 * What a viewer is taken to have at least, bit/s: sound and the smallest layer of a camera. Losses alone make the worker's
 * estimate fall to 30 kbit/s, which is no picture at all on a link that would carry one.
 */
export const leastOutgoingBps = 140_000;

/**
 * Finds out sooner that a viewer's network has room again. By itself the worker's estimate grows by 8 % a second, so
 * after a narrow moment the video would stay small for half a minute. When its upper limit is raised it probes: so
 * while somebody gets less than he asked for, the limit is put just above the estimate and raised again.
 */
export class BandwidthProber {
  readonly #transport: types.WebRtcTransport;
  readonly #starved: () => boolean;
  readonly #timer: ReturnType<typeof setInterval>;
  #limited = false;

  /** @param starved - Whether a viewer gets less of a video than he asked for and its sender sends. */
  constructor(transport: types.WebRtcTransport, starved: () => boolean) {
    this.#transport = transport;
    this.#starved = starved;
    // A transport that closes meanwhile needs no bandwidth.
    this.#timer = setInterval(() => void this.#look().catch(() => undefined), tryEveryMs).unref();
    transport.observer.once('close', () => clearInterval(this.#timer));
  }

  async #look(): Promise<void> {
    const transport = this.#transport;
    if (!this.#starved()) {
      if (this.#limited) await transport.setMaxOutgoingBitrate(0);
      this.#limited = false;
      return;
    }
    const [stats] = await transport.getStats();
    const knownBps = Math.max(leastOutgoingBps, Math.round(1.05 * (stats?.availableOutgoingBitrate ?? 0)));
    if (transport.closed) return;
    this.#limited = true;
    await transport.setMaxOutgoingBitrate(knownBps);
    await transport.setMaxOutgoingBitrate(growth * knownBps);
  }
}
