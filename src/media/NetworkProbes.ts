import type { types } from 'mediasoup';
import { AppError } from '../errors.ts';
import type { MediaPath, MediaProtocol } from '../protocol/values.ts';
import { routerCodecs } from './codecs.ts';
import type { MediaWorker } from './MediaWorker.ts';
import type { WorkerPool } from './WorkerPool.ts';

/** What a page says about the one stream of video that it sends for a check. */
export interface ProbeRequest {
  userId: string;
  protocol: MediaProtocol;
  /** SHA-256 fingerprint of the page's DTLS certificate (RFC 8122). */
  fingerprint: string;
  ssrc: number;
  payloadType: number;
}

/** The server's side of a check, for the page to connect to. */
export interface Probe {
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  /** SHA-256, as asked. */
  fingerprint: string;
  /** Seconds after which it closes. */
  lastsS: number;
}

/** A check is over by then: connecting takes at most 5 s, measuring 5 s. */
const probeLifeMs = 12_000;
/** All users together: each costs a router and 0.1 % of a core. */
const maxOpen = 40;
/** Starts of one user within the window; a page makes two a test. */
const maxStarts = 12;
const startWindowMs = 60_000;
const maxIncomingBps = 300_000;

/**
 * Transports for the network test: each takes one small stream of video over one protocol, is heard of by nobody, and
 * closes by itself. What comes of it is measured by the page, which sees the same ICE and DTLS as in a call.
 */
export class NetworkProbes {
  readonly #pool: WorkerPool;
  /** The open check of a user and protocol, by both. */
  readonly #open = new Map<string, () => void>();
  readonly #starts = new Map<string, number[]>();
  #closed = false;

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  /** What clients are told to send media to. */
  get paths(): readonly MediaPath[] {
    return this.#pool.paths;
  }

  /**
   * Opens a check; an older one of the same user and protocol is closed.
   *
   * @throws AppError RATE_LIMITED after twelve in a minute, CAPACITY when too many are open.
   */
  async open(request: ProbeRequest): Promise<Probe> {
    const key = `${request.userId} ${request.protocol}`;
    this.#takeTurn(request.userId, Date.now());
    this.#open.get(key)?.();
    if (this.#closed || this.#open.size >= maxOpen) {
      throw new AppError('CAPACITY', 'Too many network tests are running.', { retryAfterS: 15 });
    }
    const pool = this.#pool;
    const workerIndex = pool.acquire();
    let router: types.Router | null = null;
    let closed = false;
    const close = (): void => {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      if (this.#open.get(key) === close) this.#open.delete(key);
      router?.close();
      pool.release(workerIndex);
    };
    const timer = setTimeout(close, probeLifeMs);
    this.#open.set(key, close);
    try {
      const mediaWorker = await pool.worker(workerIndex);
      router = await mediaWorker.worker.createRouter({ mediaCodecs: routerCodecs });
      const probe = await listen(router, mediaWorker, request);
      if (closed) throw new AppError('CAPACITY', 'This network test was closed.', { retryAfterS: 1 });
      return probe;
    } catch (error) {
      router?.close();
      close();
      throw error;
    }
  }

  /** How many checks are open. */
  get size(): number {
    return this.#open.size;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const close of [...this.#open.values()]) close();
    this.#starts.clear();
  }

  #takeTurn(userId: string, nowMs: number): void {
    for (const [user, times] of this.#starts) {
      const recent = times.filter((atMs) => nowMs - atMs < startWindowMs);
      if (recent.length === 0) this.#starts.delete(user);
      else this.#starts.set(user, recent);
    }
    const times = this.#starts.get(userId) ?? [];
    if (times.length >= maxStarts) {
      throw new AppError('RATE_LIMITED', 'Too many network tests. Please wait a minute.', { retryAfterS: 60 });
    }
    this.#starts.set(userId, [...times, nowMs]);
  }
}

async function listen(
  router: types.Router,
  mediaWorker: MediaWorker,
  { protocol, fingerprint, ssrc, payloadType }: ProbeRequest,
): Promise<Probe> {
  const transport = await mediaWorker.openTransport(router, {
    enableUdp: protocol === 'udp',
    enableTcp: protocol === 'tcp',
  });
  await transport.setMaxIncomingBitrate(maxIncomingBps);
  await transport.connect({
    dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: fingerprint }] },
  });
  // Without feedback nothing is sent again, so that what is lost stays lost and is counted.
  await transport.produce({
    kind: 'video',
    rtpParameters: { codecs: [{ mimeType: 'video/VP8', payloadType, clockRate: 90_000 }], encodings: [{ ssrc }] },
  });
  const own = transport.dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  if (!own) throw new Error('the worker has no SHA-256 fingerprint');
  const { iceParameters, iceCandidates } = mediaWorker.offer(transport);
  return {
    iceParameters,
    iceCandidates,
    fingerprint: own.value,
    lastsS: probeLifeMs / 1000,
  };
}
