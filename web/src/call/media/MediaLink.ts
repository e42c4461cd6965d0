import type { Device, types } from 'mediasoup-client';
import type { MediaSource } from '../../../../src/protocol/values.ts';
import { randomId } from '../randomId.ts';
import type { NotificationData, ResponseData } from '../../../../src/protocol/signaling.ts';
import type { Requests } from '../../api/Signaling.ts';
import { cameraEncodings } from '../layers.ts';
import { pathOf, type PathLine, type StatsEntry, type StreamReport } from '../streams.ts';
import type { TrackFacts } from './Capture.ts';
import { IceRestarts } from './IceRestarts.ts';

export type TransportParameters = ResponseData<'createTransport'>;
export type NewConsumer = NotificationData<'newConsumer'>;

/** How media flow at one moment. */
export interface LinkReport {
  path: PathLine;
  streams: StreamReport[];
}

export interface MediaLinkOptions {
  device: Device;
  requests: Requests;
  send: TransportParameters;
  recv: TransportParameters;
  /** Told whether media flows in both directions that are in use. */
  onConnected: (connected: boolean) => void;
}

/** Media is taken for lost after a transport has been `disconnected` this long, ms. Browsers say so after some seconds. */
const patienceMs = 500;

/**
 * The two transports to one router and what they carry: own producers, others' consumers. It knows sources and tracks
 * and nothing of people. When the router is lost the link is closed and a new one made.
 */
export class MediaLink {
  readonly #options: MediaLinkOptions;
  readonly #send: types.Transport;
  readonly #recv: types.Transport;
  readonly #producers = new Map<MediaSource, types.Producer>();
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #restarts: readonly [types.Transport, IceRestarts][];
  #closed = false;

  constructor(options: MediaLinkOptions) {
    this.#options = options;
    const { device, send, recv } = options;
    // The parameters come from mediasoup on the server; the contract leaves their inner shape to the library's types.
    this.#send = device.createSendTransport(send as unknown as types.TransportOptions);
    this.#recv = device.createRecvTransport(recv as unknown as types.TransportOptions);
    const { requests } = options;
    this.#restarts = [this.#send, this.#recv].map((transport) => [transport, new IceRestarts(transport, requests)]);
    this.#handleSend();
    this.#handleRecv();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get recvStats(): Promise<RTCStatsReport> {
    return this.#recv.getStats();
  }

  /**
   * Connects the receiving transport before there is anything to receive, by a consumer that exists in the page only:
   * the first real picture then does not wait for ICE and DTLS. Its mid must differ from those the server gives.
   */
  async connectRecv(): Promise<void> {
    const opus = this.#options.device.recvRtpCapabilities.codecs?.find(({ mimeType }) => /\/opus$/i.test(mimeType));
    if (!opus?.preferredPayloadType) return;
    await this.#recv.consume({
      id: 'warm-up',
      producerId: 'warm-up',
      kind: 'audio',
      rtpParameters: {
        mid: 'warmup',
        codecs: [{ mimeType: opus.mimeType, payloadType: opus.preferredPayloadType, clockRate: 48_000, channels: 2 }],
        headerExtensions: [],
        encodings: [{ ssrc: 11_111_111 }],
        rtcp: { cname: 'warm-up' },
      },
    });
  }

  /** Sends a track under a source; takes the place of the track that was sent before. The server is told when it flows. */
  async publish(source: MediaSource, track: MediaStreamTrack, facts = factsOf(track)): Promise<void> {
    const producer = this.#live(source);
    if (producer !== null && sameEncodings(producer, source, facts)) {
      await this.#exchange(producer, track, facts);
      await this.#options.requests.request('resumeProducer', { producerId: producer.id });
      return;
    }
    if (producer !== null) await this.#giveUp(source, producer);
    const { backgroundChanged, virtualCamera } = facts;
    const appData = { source, backgroundChanged, virtualCamera } satisfies SentData;
    const made = await this.#send.produce({ ...sendOptions(source, track, facts), appData });
    if (this.#closed) made.close();
    else this.#producers.set(source, made);
  }

  /** Puts another track in the place of one that is being sent; only a camera of quite another size is sent anew. */
  async replace(source: MediaSource, track: MediaStreamTrack, facts = factsOf(track)): Promise<void> {
    const producer = this.#live(source);
    if (producer === null) return;
    if (sameEncodings(producer, source, facts)) await this.#exchange(producer, track, facts);
    else await this.publish(source, track, facts);
  }

  /** While it is not sure what arrives the background counts as changed: told before it is and after it was. */
  async #exchange(producer: types.Producer, track: MediaStreamTrack, facts: TrackFacts): Promise<void> {
    const { backgroundChanged: changed, virtualCamera: virtual } = facts;
    const data = producer.appData as unknown as SentData;
    if (data.virtualCamera !== virtual) {
      await this.#options.requests.request('declareCamera', { producerId: producer.id, virtual });
      data.virtualCamera = virtual;
    }
    const declare = async (): Promise<void> => {
      if (data.backgroundChanged === changed) return;
      await this.#options.requests.request('declareBackground', { producerId: producer.id, changed });
      data.backgroundChanged = changed;
    };
    if (changed) await declare();
    await producer.replaceTrack({ track });
    if (!changed) await declare();
  }

  async #giveUp(source: MediaSource, producer: types.Producer): Promise<void> {
    await this.#options.requests.request('closeProducer', { producerId: producer.id });
    this.#drop(source);
  }

  #live(source: MediaSource): types.Producer | null {
    const producer = this.#producers.get(source);
    return producer && !producer.closed ? producer : null;
  }

  /**
   * Stops sending. The server is told first: a browser may go on sending the last picture of a track that has ended.
   * The producer stays, so that switching on again is quick.
   */
  async unpublish(source: MediaSource): Promise<void> {
    const producer = this.#producers.get(source);
    if (!producer || producer.closed) return;
    const keep = source === 'mic' || source === 'camera';
    const request = keep ? 'pauseProducer' : 'closeProducer';
    await this.#options.requests.request(request, { producerId: producer.id }).finally(async () => {
      if (keep) await producer.replaceTrack({ track: null });
      else this.#drop(source);
    });
  }

  /** Forgets a producer that the server no longer has. */
  #drop(source: MediaSource): void {
    this.#producers.get(source)?.close();
    this.#producers.delete(source);
  }

  /** Drops producers that the server does not know any more, after a lost connection. */
  keepProducers(producerIds: ReadonlySet<string>): void {
    for (const [source, { id }] of this.#producers) if (!producerIds.has(id)) this.#drop(source);
  }

  /** Makes the camera's encoder send a key frame with its next picture, where the browser can. */
  forceKeyFrame(): void {
    const sender = this.#producers.get('camera')?.rtpSender as KeyFrameSender | undefined;
    if (!sender) return;
    const parameters = sender.getParameters();
    const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
    // A browser without this option, or a sender that has just stopped, leaves it to the server's own request.
    sender.setParameters(parameters, { encodingOptions }).catch(() => undefined);
  }

  /** Sends the layers of a camera up to this one, and spares the others. */
  sendLayers(producerId: string, topLayer: number): void {
    const producer = [...this.#producers.values()].find(({ id, closed }) => id === producerId && !closed);
    // One that closes meanwhile sends nothing anyway.
    producer?.setMaxSpatialLayer(topLayer).catch(() => undefined);
  }

  /** Receives what the server offers and gives its track. */
  async consume(offer: NewConsumer): Promise<MediaStreamTrack> {
    const consumer = await this.#recv.consume({
      id: offer.consumerId,
      producerId: offer.producerId,
      kind: offer.kind,
      rtpParameters: offer.rtpParameters as unknown as types.RtpParameters,
      // Streams of one person play in step; a screen and a face need not wait for each other.
      streamId: `${offer.peerId}-${offer.source.startsWith('screen') ? 'screen' : 'person'}`,
      appData: { source: offer.source, peerId: offer.peerId },
    });
    this.#consumers.set(consumer.id, consumer);
    return consumer.track;
  }

  /** The statistics of everything that is sent and received, and of the way there. */
  async report(): Promise<LinkReport> {
    const sent = [...this.#producers].map(async ([source, producer]): Promise<StreamReport> => {
      const entries = entriesOf(await producer.getStats());
      return { id: producer.id, direction: 'sent', source, peerId: null, entries };
    });
    const received = [...this.#consumers.values()].map(async (consumer): Promise<StreamReport> => {
      const { source, peerId } = consumer.appData as unknown as { source: MediaSource; peerId: string };
      return { id: consumer.id, direction: 'received', source, peerId, entries: entriesOf(await consumer.getStats()) };
    });
    const [path, ...streams] = await Promise.all([this.recvStats.then(entriesOf), ...sent, ...received]);
    return { path: pathOf(path), streams };
  }

  closeConsumer(consumerId: string): void {
    this.#consumers.get(consumerId)?.close();
    this.#consumers.delete(consumerId);
  }

  /** Looks for a way to the server anew, on both transports. Where the old one works, nothing is lost by it. */
  restartIce(): void {
    for (const [transport, restarts] of this.#restarts) {
      // What was never connected has no way to lose.
      if (['connected', 'disconnected', 'failed'].includes(transport.connectionState)) restarts.begin();
    }
  }

  /** When the newest packet of others' media came, on a clock of the browser's; null when none is expected. */
  get lastPacketAt(): number | null {
    const times = [...this.#consumers.values()]
      .filter(({ closed }) => !closed)
      .flatMap(({ rtpReceiver }) => rtpReceiver?.getSynchronizationSources().map(({ timestamp }) => timestamp) ?? []);
    return times.length === 0 ? null : Math.max(...times);
  }

  get consumerIds(): string[] {
    return [...this.#consumers.keys()];
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const [, restarts] of this.#restarts) restarts.stop();
    this.#send.close();
    this.#recv.close();
  }

  #handleSend(): void {
    const { requests } = this.#options;
    const transport = this.#send;
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      const request = { transportId: transport.id, dtlsParameters: dtlsParameters as never };
      requests.request('connectTransport', request).then(done, failed);
    });
    transport.on('produce', ({ rtpParameters, appData }, done, failed) => {
      const { source, backgroundChanged, virtualCamera } = appData as unknown as SentData;
      const what = { source, backgroundChanged, virtualCamera };
      requests
        .request('produce', { requestId: randomId(), ...what, rtpParameters: rtpParameters as never })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
    transport.on('connectionstatechange', (state) => this.#handleState(transport, state));
  }

  #handleRecv(): void {
    const { device, requests } = this.#options;
    const transport = this.#recv;
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      const rtpCapabilities = device.recvRtpCapabilities as never;
      const request = { transportId: transport.id, dtlsParameters: dtlsParameters as never, rtpCapabilities };
      requests.request('connectTransport', request).then(done, failed);
    });
    transport.on('connectionstatechange', (state) => this.#handleState(transport, state));
  }

  #handleState(transport: types.Transport, state: types.ConnectionState): void {
    if (this.#closed) return;
    const restarts = this.#restarts.find(([of]) => of === transport)?.[1];
    if (state === 'connected') restarts?.stop();
    if (state === 'disconnected') restarts?.begin(patienceMs);
    if (state === 'failed') restarts?.begin();
    const lost = [this.#send, this.#recv].some((t) => ['disconnected', 'failed'].includes(t.connectionState));
    this.#options.onConnected(!lost);
  }
}

function entriesOf(report: RTCStatsReport): StatsEntry[] {
  return [...(report as unknown as ReadonlyMap<string, StatsEntry>).values()];
}

/** What is kept with a producer. */
interface SentData {
  source: MediaSource;
  backgroundChanged: boolean;
  virtualCamera: boolean;
}

function factsOf(track: MediaStreamTrack): TrackFacts {
  const { width = 640, height = 360 } = track.getSettings();
  return { backgroundChanged: false, virtualCamera: false, size: { width, height } };
}

/** A camera's layers are made for the size that it had when it was first sent. */
function sameEncodings(producer: types.Producer, source: MediaSource, { size }: TrackFacts): boolean {
  if (source !== 'camera') return true;
  return producer.rtpParameters.encodings?.length === cameraEncodings(size).length;
}

function sendOptions(source: MediaSource, track: MediaStreamTrack, { size }: TrackFacts): types.ProducerOptions {
  const common = { track, stopTracks: false, disableTrackOnPause: false };
  switch (source) {
    case 'mic':
      return { ...common, codecOptions: { opusDtx: true, opusFec: true, opusNack: true } };
    case 'screenAudio':
      return { ...common, codecOptions: { opusStereo: true, opusDtx: false, opusFec: true, opusNack: true } };
    case 'camera': {
      return {
        ...common,
        encodings: cameraEncodings(size),
        codecOptions: { videoGoogleStartBitrate: 600 },
      };
    }
    case 'screen':
      return { ...common, encodings: [{ maxBitrate: 2_500_000 }] };
  }
}

/** The second argument is the standard's key-frame option, which the DOM types do not have yet. */
interface KeyFrameSender {
  getParameters(): RTCRtpSendParameters;
  setParameters(
    parameters: RTCRtpSendParameters,
    options: { encodingOptions: Array<{ keyFrame: boolean }> },
  ): Promise<void>;
}
