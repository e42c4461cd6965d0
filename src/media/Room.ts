import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { Logger } from '../logger.ts';
import { offeredCapabilities, routerCodecs } from './codecs.ts';
import { Endpoint, type Sent } from './Endpoint.ts';
import { RtpTap, type TapDestination } from './RtpTap.ts';
import type { MediaWorker } from './MediaWorker.ts';
import type { WorkerPool } from './WorkerPool.ts';

/** A room that takes two workers down with it is not given a third. */
const maxWorkerDeaths = 2;
const speakerIntervalMs = 300;

/** What dies with a worker: all of a room's mediasoup objects. */
interface Media {
  mediaWorker: MediaWorker;
  router: types.Router;
  speakers: types.ActiveSpeakerObserver;
  /** One PlainTransport per analysis process, by its port, and how many taps use it. */
  tapTransports: Map<number, { transport: Promise<types.PlainTransport>; taps: number }>;
}

/**
 * The media of one call: a router on one worker and the endpoints in it. When the worker dies the room closes its
 * endpoints, moves to the replacement and tells with `reset`; its owner then makes new endpoints. After too many
 * deaths it closes and tells with `failed`.
 */
export class Room extends EventEmitter<{
  /** The endpoints of before are closed; new ones can be made. */
  reset: [];
  failed: [];
  activeSpeaker: [producerId: string];
}> {
  readonly #pool: WorkerPool;
  readonly #workerIndex: number;
  readonly #logger: Logger;
  readonly #endpoints = new Set<Endpoint>();
  #media: Media;
  #workerDeaths = 0;
  #closed = false;

  private constructor(pool: WorkerPool, workerIndex: number, media: Media, logger: Logger) {
    super();
    this.#pool = pool;
    this.#workerIndex = workerIndex;
    this.#media = media;
    this.#logger = logger;
    this.#handleMedia(media);
  }

  static async create(pool: WorkerPool, logger: Logger): Promise<Room> {
    const workerIndex = pool.acquire();
    try {
      return new Room(pool, workerIndex, await createMedia(pool, workerIndex), logger);
    } catch (error) {
      pool.release(workerIndex);
      throw error;
    }
  }

  /** What clients are offered. */
  get rtpCapabilities(): types.RtpCapabilities {
    return offeredCapabilities(this.#media.router);
  }

  /** Whether those in it would suffer from more people. */
  get full(): boolean {
    return this.#pool.full(this.#workerIndex);
  }

  createEndpoint(): Endpoint {
    if (this.#closed) throw new Error('the room is closed');
    const { router, mediaWorker, speakers } = this.#media;
    const endpoint = new Endpoint({ router, mediaWorker });
    this.#endpoints.add(endpoint);
    endpoint.on('flooded', () => this.#logger.warn('a sender went far beyond its limit and was cut off'));
    endpoint.on('produced', ({ producer, source }) => {
      // A producer that closes first is taken off by mediasoup itself.
      if (source === 'mic') void speakers.addProducer({ producerId: producer.id }).catch(() => undefined);
    });
    return endpoint;
  }

  /** Closes an endpoint and forgets it. */
  removeEndpoint(endpoint: Endpoint): void {
    this.#endpoints.delete(endpoint);
    endpoint.close();
  }

  /**
   * Opens a tap of a video producer towards a local UDP port.
   *
   * @throws When the producer, the room or its worker is gone.
   */
  async openTap(sent: Sent, destination: TapDestination): Promise<RtpTap> {
    const media = this.#media;
    const entry = media.tapTransports.get(destination.port) ?? {
      transport: createTapTransport(media.router, destination),
      taps: 0,
    };
    media.tapTransports.set(destination.port, entry);
    entry.taps += 1;
    const release = (): void => {
      entry.taps -= 1;
      if (entry.taps > 0) return;
      media.tapTransports.delete(destination.port);
      entry.transport.then(
        (transport) => transport.close(),
        () => undefined, // It never came to be: whoever asked for it was told.
      );
    };
    try {
      return await RtpTap.open({
        transport: await entry.transport,
        producer: sent.producer,
        rtpCapabilities: media.router.rtpCapabilities,
        onClose: release,
      });
    } catch (error) {
      release();
      throw error;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const endpoint of this.#endpoints) endpoint.close();
    this.#endpoints.clear();
    this.#media.router.close();
    this.#pool.release(this.#workerIndex);
  }

  #handleMedia(media: Media): void {
    media.speakers.on('dominantspeaker', ({ producer }) => this.emit('activeSpeaker', producer.id));
    // `observer` fires for whatever reason the router closes; `#closed` tells our own reason from the worker's.
    media.router.observer.once('close', () => {
      if (!this.#closed) void this.#rebuild();
    });
  }

  async #rebuild(): Promise<void> {
    for (const endpoint of this.#endpoints) endpoint.close();
    this.#endpoints.clear();
    this.#workerDeaths += 1;
    try {
      if (this.#workerDeaths >= maxWorkerDeaths) throw new Error('the room has lost too many workers');
      const media = await createMedia(this.#pool, this.#workerIndex);
      if (this.#closed) {
        media.router.close();
        return;
      }
      this.#media = media;
      this.#handleMedia(media);
      this.emit('reset');
    } catch (error) {
      if (this.#closed) return;
      this.#logger.error({ err: error }, 'room could not be moved to another worker');
      this.close();
      this.emit('failed');
    }
  }
}

async function createMedia(pool: WorkerPool, workerIndex: number): Promise<Media> {
  const mediaWorker = await pool.worker(workerIndex);
  const router = await mediaWorker.worker.createRouter({ mediaCodecs: routerCodecs });
  const speakers = await router.createActiveSpeakerObserver({ interval: speakerIntervalMs });
  return { mediaWorker, router, speakers, tapTransports: new Map() };
}

async function createTapTransport(router: types.Router, destination: TapDestination): Promise<types.PlainTransport> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux: true,
    comedia: false,
  });
  await transport.connect({ ip: destination.ip, port: destination.port });
  return transport;
}
