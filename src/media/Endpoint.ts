import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { AppError, notFound } from '../errors.ts';
import { kindOfSource, type MediaSource } from '../protocol/values.ts';
import { BandwidthProber, leastOutgoingBps } from './BandwidthProber.ts';
import { withoutRefused } from './codecs.ts';
import { FloodMeter } from './FloodMeter.ts';
import type { MediaWorker, TransportOffer } from './MediaWorker.ts';
import { Subscription } from './Subscription.ts';

export type Direction = 'send' | 'recv';

/** A producer of an endpoint, and what it carries. */
export interface Sent {
  readonly producer: types.Producer;
  readonly source: MediaSource;
  /** Its page says that it changes what is behind the person. */
  backgroundChanged: boolean;
  /** A program's camera, by the page's own word. */
  virtualCamera: boolean;
}

export interface EndpointOptions {
  router: types.Router;
  mediaWorker: MediaWorker;
  /** Bits a second above which a sender that goes on is cut off; twice what it is allowed if absent. */
  floodBps?: number;
}

/**
 * libwebrtc ignores a key-frame request within 300 ms of the last key frame that it made for one, and mediasoup asks
 * again only after a second, which would stall joins; 1000 ms would forbid challenges. Measured, see DESIGN 5.
 */
const keyFrameRequestDelayMs = 310;
const initialOutgoingBps = 1_000_000;
const maxIncomingBps = 4_000_000;
const floodMeasuredEveryMs = 1000;

/**
 * One participant's WebRTC: at most one transport per direction, one producer per source, and the subscriptions to
 * other people's producers. Every id that a client names is looked up here, among its own, and nowhere else.
 */
export class Endpoint extends EventEmitter<{
  produced: [Sent];
  producerClosed: [Sent];
  subscriptionClosed: [Subscription];
  /** A sender kept to no limit; its transport is closed. */
  flooded: [];
}> {
  readonly #options: EndpointOptions;
  readonly #transports = new Map<Direction, types.WebRtcTransport>();
  readonly #connected = new Set<string>();
  readonly #sent = new Map<string, Sent>();
  readonly #producing = new Map<string, Promise<Sent>>();
  readonly #subscriptions = new Map<string, Subscription>();
  #rtpCapabilities: types.RtpCapabilities | null = null;
  #closed = false;

  constructor(options: EndpointOptions) {
    super();
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether other people's producers can be subscribed to. */
  get canReceive(): boolean {
    return this.#rtpCapabilities !== null && this.#transports.has('recv');
  }

  get sent(): readonly Sent[] {
    return [...this.#sent.values()];
  }

  get subscriptions(): readonly Subscription[] {
    return [...this.#subscriptions.values()];
  }

  /** Makes the transport of a direction; an older one of the same direction is closed, so there are never more than two. */
  async createTransport(direction: Direction): Promise<TransportOffer> {
    const { router, mediaWorker } = this.#options;
    const transport = await mediaWorker.openTransport(router, {
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: initialOutgoingBps,
    });
    if (this.#closed) {
      transport.close();
      throw new AppError('NOT_JOINED', 'You have left this call.');
    }
    const older = this.#transports.get(direction);
    this.#transports.set(direction, transport);
    older?.close();
    if (direction === 'recv') {
      this.#rtpCapabilities = null;
      await this.#whileOpen(transport, transport.setMinOutgoingBitrate(leastOutgoingBps));
      new BandwidthProber(transport, () => this.subscriptions.some((s) => s.starved));
    }
    if (direction === 'send') {
      this.#watchForFlood(transport);
      await this.#whileOpen(transport, transport.setMaxIncomingBitrate(maxIncomingBps));
    }
    return mediaWorker.offer(transport);
  }

  async connectTransport(
    transportId: string,
    dtlsParameters: types.DtlsParameters,
    rtpCapabilities: types.RtpCapabilities | undefined,
  ): Promise<void> {
    const [direction, transport] = this.#transport(transportId);
    if (this.#connected.has(transportId)) throw new AppError('CONFLICT', 'This transport is connected already.');
    this.#connected.add(transportId);
    transport.observer.once('close', () => this.#connected.delete(transportId));
    await transport.connect({ dtlsParameters });
    if (direction === 'recv') this.#rtpCapabilities = rtpCapabilities ?? null;
  }

  async restartIce(transportId: string): Promise<Pick<TransportOffer, 'iceParameters' | 'iceServers'>> {
    return this.#options.mediaWorker.restartIce(this.#transport(transportId)[1]);
  }

  /** @param requestId - Repeating a request with the same id gives the same producer. */
  async produce(options: {
    requestId: string;
    source: MediaSource;
    rtpParameters: types.RtpParameters;
    paused: boolean;
    backgroundChanged?: boolean;
    virtualCamera?: boolean;
  }): Promise<Sent> {
    const earlier = this.#producing.get(options.requestId);
    if (earlier) return earlier;
    if ([...this.#sent.values()].some((s) => s.source === options.source)) {
      throw new AppError('CONFLICT', `There is a producer for ${options.source} already.`);
    }
    const producing = this.#produce(options);
    this.#producing.set(options.requestId, producing);
    producing.then(
      (sent) => sent.producer.observer.once('close', () => this.#producing.delete(options.requestId)),
      () => this.#producing.delete(options.requestId),
    );
    return producing;
  }

  /** @throws AppError NOT_FOUND when the producer is not this endpoint's. */
  ownProducer(producerId: string): Sent {
    const sent = this.#sent.get(producerId);
    if (!sent) throw notFound();
    return sent;
  }

  /** @throws AppError NOT_FOUND when the subscription is not this endpoint's. */
  subscription(consumerId: string): Subscription {
    const subscription = this.#subscriptions.get(consumerId);
    if (!subscription) throw notFound();
    return subscription;
  }

  subscribed(producerId: string): Subscription | undefined {
    return this.subscriptions.find((s) => s.producerId === producerId);
  }

  /** Subscribes, paused, to a producer of another endpoint; null when it cannot (not able to receive, or gone meanwhile). */
  async subscribe(sent: Sent, gates: { joined: boolean; permitted: boolean }): Promise<Subscription | null> {
    const transport = this.#transports.get('recv');
    if (!transport || !this.#rtpCapabilities || sent.producer.closed) return null;
    const request = { producerId: sent.producer.id, rtpCapabilities: this.#rtpCapabilities };
    if (!this.#options.router.canConsume(request)) return null;
    const consumer = await transport.consume({ ...request, paused: true });
    if (this.#closed || consumer.closed) {
      consumer.close();
      return null;
    }
    const subscription = new Subscription(consumer, { source: sent.source, ...gates });
    this.#subscriptions.set(consumer.id, subscription);
    consumer.observer.once('close', () => {
      this.#subscriptions.delete(consumer.id);
      this.emit('subscriptionClosed', subscription);
    });
    return subscription;
  }

  /** Ends all media of this participant, but not the participant. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const transport of this.#transports.values()) transport.close();
    this.#transports.clear();
  }

  /** @throws AppError NOT_JOINED when the transport was closed meanwhile. */
  async #whileOpen(transport: types.WebRtcTransport, step: Promise<void>): Promise<void> {
    try {
      await step;
    } catch (error) {
      throw transport.closed ? new AppError('NOT_JOINED', 'You have left this call.', { cause: error }) : error;
    }
  }

  /** The limit that a sender is told is a request; whoever does not keep to it would starve the others. */
  #watchForFlood(transport: types.WebRtcTransport): void {
    const meter = new FloodMeter(this.#options.floodBps ?? 2 * maxIncomingBps);
    const look = async (): Promise<void> => {
      const [stats] = await transport.getStats();
      if (!stats || transport.closed || !meter.push(stats.recvBitrate, performance.now())) return;
      transport.close();
      this.emit('flooded');
    };
    // A transport that is gone while it is asked has nothing to say.
    const timer = setInterval(() => void look().catch(() => undefined), floodMeasuredEveryMs);
    transport.observer.once('close', () => clearInterval(timer));
  }

  #transport(transportId: string): [Direction, types.WebRtcTransport] {
    for (const [direction, transport] of this.#transports) {
      if (transport.id === transportId) return [direction, transport];
    }
    throw notFound();
  }

  async #produce(options: {
    source: MediaSource;
    rtpParameters: types.RtpParameters;
    paused: boolean;
    backgroundChanged?: boolean;
    virtualCamera?: boolean;
  }): Promise<Sent> {
    const { source, rtpParameters, paused, backgroundChanged = false, virtualCamera = false } = options;
    const kind = kindOfSource[source];
    if (!rtpParameters.codecs[0]?.mimeType.toLowerCase().startsWith(`${kind}/`)) {
      throw new AppError('VALIDATION', `${source} must be ${kind}.`);
    }
    const transport = this.#transports.get('send');
    if (!transport) throw notFound();
    const producer = await transport
      .produce({
        kind,
        rtpParameters: withoutRefused(rtpParameters),
        paused,
        ...(kind === 'video' && { keyFrameRequestDelay: keyFrameRequestDelayMs }),
      })
      .catch((error: unknown) => {
        if (transport.closed) throw new AppError('NOT_JOINED', 'You have left this call.');
        throw produceError(error);
      });
    const sent: Sent = { producer, source, backgroundChanged, virtualCamera };
    if ([...this.#sent.values()].some((s) => s.source === source)) {
      producer.close();
      throw new AppError('CONFLICT', `There is a producer for ${source} already.`);
    }
    this.#sent.set(producer.id, sent);
    producer.observer.once('close', () => {
      this.#sent.delete(producer.id);
      this.emit('producerClosed', sent);
    });
    this.emit('produced', sent);
    return sent;
  }
}

/** mediasoup says what is wrong with the parameters in words only; both kinds are the client's fault, not ours. */
function produceError(error: unknown): AppError {
  const message = error instanceof Error ? error.message : '';
  return message.includes('already exists')
    ? new AppError('CONFLICT', 'These stream identifiers are in use already.', { cause: error })
    : new AppError('VALIDATION', 'These stream parameters are not supported.', { cause: error });
}
