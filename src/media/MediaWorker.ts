import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { announcedCandidates, type Announcement } from './announcement.ts';
import type { MediaRoutes } from './MediaRoutes.ts';
import { turnServers, type IceServer } from './turn.ts';

export interface MediaWorkerOptions {
  index: number;
  /** Addresses to bind for UDP. */
  addresses: readonly string[];
  /** UDP port. */
  port: number;
  /** How clients are told to reach it, asked each time. */
  announcement: () => Announcement;
  routes: MediaRoutes;
  /** Path of the `mediasoup-worker` binary; mediasoup's own if absent. */
  workerBin?: string;
}

/** What a client has to know of a transport to make its own side. */
export type TransportOffer = Readonly<
  Pick<types.WebRtcTransport, 'id' | 'iceParameters' | 'iceCandidates' | 'dtlsParameters' | 'closed'> & {
    iceServers: IceServer[];
  }
>;

/**
 * TCP comes through the gate, so workers take it on loopback. This range is above the one from which systems give
 * ports to outgoing connections, and above what is configured by habit.
 */
const localTcpPorts = { min: 61_000, max: 65_535 };

/** A mediasoup worker process with the one server on which all its WebRTC transports listen. */
export class MediaWorker {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly #localTcpPort: number;
  readonly #options: MediaWorkerOptions;

  private constructor(
    worker: types.Worker,
    webRtcServer: types.WebRtcServer,
    localTcpPort: number,
    options: MediaWorkerOptions,
  ) {
    this.index = options.index;
    this.worker = worker;
    this.webRtcServer = webRtcServer;
    this.#localTcpPort = localTcpPort;
    this.#options = options;
  }

  /** @throws When the worker does not start or the port is taken. */
  static async start(options: MediaWorkerOptions): Promise<MediaWorker> {
    const { addresses, port, workerBin } = options;
    // `error` only: every failed SRTP decryption is a warning, which would let a client flood the log.
    const worker = await mediasoup.createWorker({ logLevel: 'error', ...(workerBin && { workerBin }) });
    try {
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: [
          ...addresses.map((ip) => ({ protocol: 'udp' as const, ip, port, flags: { ipv6Only: ip.includes(':') } })),
          { protocol: 'tcp', ip: '127.0.0.1', portRange: localTcpPorts },
        ],
      });
      const [tcp] = (await webRtcServer.dump()).tcpServers;
      if (!tcp) throw new Error('the worker takes no TCP');
      return new MediaWorker(worker, webRtcServer, tcp.port, options);
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  /** Makes a transport that clients reach by UDP, by TCP, or both. */
  async openTransport(
    router: types.Router,
    options: Pick<types.WebRtcTransportOptions, 'enableUdp' | 'enableTcp' | 'preferUdp'> & {
      initialAvailableOutgoingBitrate?: number;
    },
  ): Promise<types.WebRtcTransport> {
    const transport = await router.createWebRtcTransport({ webRtcServer: this.webRtcServer, ...options });
    this.#options.routes.add(transport, this.#localTcpPort);
    return transport;
  }

  /** What a client is told of a transport: the addresses of this server, never those at which the worker listens. */
  offer(transport: types.WebRtcTransport): TransportOffer {
    const { id, iceParameters, dtlsParameters } = transport;
    const announcement = this.#options.announcement();
    const iceCandidates = announcedCandidates(transport.iceCandidates, announcement);
    return {
      id,
      iceParameters,
      iceCandidates,
      dtlsParameters,
      iceServers: turnServers(announcement.turn, id, Date.now()),
      get closed() {
        return transport.closed;
      },
    };
  }

  async restartIce(transport: types.WebRtcTransport): Promise<Pick<TransportOffer, 'iceParameters' | 'iceServers'>> {
    await transport.restartIce();
    this.#options.routes.restarted(transport);
    return this.offer(transport);
  }
}
