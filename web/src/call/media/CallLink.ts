import { Device } from 'mediasoup-client';
import type { Signaling } from '../../api/Signaling.ts';
import { spatialLayers } from '../layers.ts';
import { MediaLink, type LinkReport, type NewConsumer, type TransportParameters } from './MediaLink.ts';
import type { OwnMedia } from './OwnMedia.ts';
import { Stall } from './Stall.ts';
import { ViewerLayers, type Place } from './ViewerLayers.ts';

const stallLookMs = 300;

export interface CallLinkOptions {
  signaling: Signaling;
  own: OwnMedia;
  /** Told whether media flows. */
  onConnected: (connected: boolean) => void;
}

/**
 * What one call's media flow through: a {@link MediaLink}, and another one whenever the server has lost its router. Asks
 * for of each video what is seen of it.
 */
export class CallLink {
  readonly #options: CallLinkOptions;
  readonly #layers: ViewerLayers;
  #device: Device | null = null;
  #link: MediaLink | null = null;
  /** Offers of consumers wait for this, so that none is lost while transports are being replaced. */
  #ready: PromiseWithResolvers<MediaLink> = Promise.withResolvers();
  readonly #stall = new Stall();
  readonly #stallWatch: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(options: CallLinkOptions) {
    this.#options = options;
    this.#stallWatch = setInterval(() => this.#watchStall(), stallLookMs);
    this.#layers = new ViewerLayers(options.signaling);
  }

  /** Null while there is no connection. */
  get recvStats(): Promise<RTCStatsReport> | null {
    return this.#link?.recvStats ?? null;
  }

  /** How media flow now; null while there is no connection. */
  async report(): Promise<LinkReport | null> {
    // What closes while it is read has nothing to tell.
    return (await this.#link?.report().catch(() => null)) ?? null;
  }

  /** Connects, with the own media, in the place of what was connected before. */
  async open(routerRtpCapabilities: object, send: TransportParameters, recv: TransportParameters): Promise<void> {
    const { signaling, own, onConnected } = this.#options;
    const device = await this.#loadedDevice(routerRtpCapabilities);
    this.#giveUp();
    if (this.#closed) return;
    const link = new MediaLink({
      device,
      requests: signaling,
      send,
      recv,
      onConnected: (connected) => {
        if (this.#link === link) onConnected(connected);
      },
    });
    this.#link = link;
    this.#ready.resolve(link);
    onConnected(true);
    // Sending starts beside receiving, and neither the camera's opening nor its answer holds up the entry.
    void own.sendTo(link);
    await link.connectRecv();
  }

  /** Asks for new transports, where the server has given up the old ones. */
  async rebuild(): Promise<void> {
    const { signaling } = this.#options;
    const [send, recv] = await Promise.all([
      signaling.request('createTransport', { direction: 'send' }),
      signaling.request('createTransport', { direction: 'recv' }),
    ]);
    if (!this.#closed && this.#device) await this.open({}, send, recv);
  }

  /**
   * The server goes on with this page's media. Own producers that it has dropped meanwhile are dropped here as well.
   *
   * @returns the consumers that the server has dropped.
   */
  resume(consumerIds: readonly string[], producerIds: readonly string[]): readonly string[] {
    // Whatever broke the socket may have moved this page to another network.
    this.#link?.restartIce();
    this.#link?.keepProducers(new Set(producerIds));
    const alive = new Set(consumerIds);
    return [...(this.#link?.consumerIds ?? [])].filter((consumerId) => !alive.has(consumerId));
  }

  /** @returns the track of what is offered, or null when the link was closed meanwhile. */
  async consume(offer: NewConsumer): Promise<MediaStreamTrack | null> {
    const link = await this.#ready.promise;
    const track = await link.consume(offer);
    if (this.#closed || link.closed) return null;
    if (offer.kind === 'video') this.#layers.add(offer.consumerId, layersOf(offer));
    return track;
  }

  closeConsumer(consumerId: string): void {
    this.#link?.closeConsumer(consumerId);
    this.#layers.remove(consumerId);
  }

  /** The own camera makes a key frame. */
  forceKeyFrame(): void {
    this.#link?.forceKeyFrame();
  }

  /** Of a sent camera, layers above this one are watched by nobody. */
  sendLayers(producerId: string, topLayer: number): void {
    this.#link?.sendLayers(producerId, topLayer);
  }

  /** From now on only what is seen is asked for. */
  startLayers(): void {
    this.#layers.start();
  }

  /** A tile shows a video in this place, or no longer. */
  showVideo(consumerId: string, tile: object, place: Place | null): void {
    this.#layers.show(consumerId, tile, place);
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#stallWatch);
    this.#layers.close();
    this.#link?.close();
    this.#ready.reject(new Error('call is over'));
    this.#ready.promise.catch(() => undefined);
  }

  /**
   * When everything stands still, either nobody sends or the network broke, of which the browser will say so seconds
   * later. The socket is asked; one that is dead is replaced, and {@link resume} follows.
   */
  #watchStall(): void {
    const link = this.#link;
    if (!link || !this.#stall.push(link.lastPacketAt, performance.now())) return;
    void this.#options.signaling.doubt().then((alive) => {
      if (alive && !link.closed) link.restartIce();
    });
  }

  /** Offers that come from here on wait for the next link. */
  #giveUp(): void {
    if (!this.#link) return;
    this.#link.close();
    this.#link = null;
    this.#ready = Promise.withResolvers();
    this.#layers.clear();
  }

  async #loadedDevice(routerRtpCapabilities: object): Promise<Device> {
    if (this.#device) return this.#device;
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities });
    this.#device = device;
    return device;
  }
}

function layersOf(offer: NewConsumer): number {
  const encodings = offer.rtpParameters.encodings as Array<{ scalabilityMode?: string }> | undefined;
  return spatialLayers(encodings?.[0]?.scalabilityMode);
}
