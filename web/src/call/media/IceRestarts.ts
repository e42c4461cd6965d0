import type { types } from 'mediasoup-client';
import type { Requests } from '../../api/Signaling.ts';

/** Time for a restart to bring a packet before the next one, ms; with jitter, so that not all do it at once. */
const waitsMs = [1000, 1000, 1000, 1000, 1500, 2500] as const;
const longestWaitMs = 4000;

/** What each way to the server has heard so far, by its id. */
type Heard = ReadonlyMap<string, number>;

/**
 * Restarts ICE on one transport until something comes over it. A browser that has just changed its network learns of
 * its new address two seconds later and makes nothing of a restart before; and it takes five seconds or more to say
 * that the old way is dead. So every restart is looked after, and repeated soon.
 */
export class IceRestarts {
  readonly #transport: types.Transport;
  readonly #requests: Requests;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Changes with every beginning and end; a run that finds it changed is over. */
  #run = 0;

  constructor(transport: types.Transport, requests: Requests) {
    this.#transport = transport;
    this.#requests = requests;
  }

  /** Begins, again if need be. */
  begin(afterMs = 0): void {
    this.stop();
    const run = this.#run;
    this.#timer = setTimeout(() => void this.#restart(run, 0), afterMs);
  }

  stop(): void {
    this.#run += 1;
    clearTimeout(this.#timer);
  }

  async #restart(run: number, attempt: number): Promise<void> {
    const before = await this.#heard();
    await this.#restartOnce(run);
    if (run === this.#run) this.#lookAfter(run, before, attempt);
  }

  #lookAfter(run: number, before: Heard, attempt: number): void {
    const look = async (): Promise<void> => {
      const now = await this.#heard();
      if (run !== this.#run) return;
      if (!hasHeard(before, now)) return this.#restart(run, attempt + 1);
      if (this.#transport.connectionState !== 'connected') this.#lookAfter(run, now, attempt);
    };
    this.#timer = setTimeout(() => void look(), (waitsMs[attempt] ?? longestWaitMs) * (1 + Math.random() / 4));
  }

  async #restartOnce(run: number): Promise<void> {
    const transport = this.#transport;
    try {
      const answer = await this.#requests.request('restartIce', { transportId: transport.id });
      if (run !== this.#run) return;
      const { iceServers } = answer;
      if (iceServers.length > 0) await transport.updateIceServers({ iceServers });
      await transport.restartIce({ iceParameters: answer.iceParameters as unknown as types.IceParameters });
    } catch {
      // Without a socket there is no restart; the next one follows, and a rejoin replaces the transports if need be.
    }
  }

  async #heard(): Promise<Heard> {
    // A transport that was closed meanwhile hears nothing.
    const report = await this.#transport.getStats().catch(() => null);
    return report === null ? new Map() : heardOf(report);
  }
}

/** Of `RTCIceCandidatePairStats`. */
export interface PairStats {
  type: string;
  bytesReceived?: number;
  responsesReceived?: number;
}

export function heardOf(report: ReadonlyMap<string, PairStats>): Heard {
  return new Map(
    [...report]
      .filter(([, { type }]) => type === 'candidate-pair')
      .map(([id, { bytesReceived = 0, responsesReceived = 0 }]) => [id, bytesReceived + responsesReceived]),
  );
}

/** Whether anything came over any way since. Ways come and go with every restart. */
export function hasHeard(before: Heard, now: Heard): boolean {
  return [...now].some(([id, count]) => count > (before.get(id) ?? 0));
}
