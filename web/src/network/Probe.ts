import type { NetworkProbe } from '../../../src/protocol/rest.ts';

/** What was measured over one protocol; null when nothing came through. */
export interface Measured {
  rttMs: number;
  /** Share of packets lost on the way to the server, 0-1. */
  loss: number;
}

export interface ProbeOffer {
  fingerprint: string;
  ssrc: number;
  payload_type: number;
}

/** Longer than Chromium needs to get a TCP connection refused or a lossy handshake done. */
const connectWithinMs = 5_000;
const measureMs = 4_000;
const framesPerSecond = 30;

/**
 * Sends a little moving picture to a transport of the server and measures how it gets there: the same ICE, DTLS and
 * RTP as in a call. Without camera or microphone, so that nobody is asked for them.
 */
export class Probe {
  readonly #connection = new RTCPeerConnection();
  readonly #canvas = document.createElement('canvas');
  readonly #painting: ReturnType<typeof setInterval>;

  constructor() {
    this.#canvas.width = 64;
    this.#canvas.height = 64;
    const context = this.#canvas.getContext('2d');
    let hue = 0;
    this.#painting = setInterval(() => {
      if (!context) return;
      hue = (hue + 7) % 360;
      context.fillStyle = `hsl(${String(hue)} 60% 50%)`;
      context.fillRect((hue * 3) % 64, hue % 64, 24, 24);
    }, 1000 / framesPerSecond);
  }

  /** Makes this side ready. @throws Error when the browser offers no VP8. */
  async offer(): Promise<ProbeOffer> {
    const [track] = this.#canvas.captureStream(framesPerSecond).getVideoTracks();
    if (!track) throw new Error('the canvas gives no track');
    this.#connection.addTransceiver(track, { direction: 'sendonly' });
    const { sdp = '' } = await this.#connection.createOffer();
    await this.#connection.setLocalDescription({ type: 'offer', sdp });
    return readOffer(sdp);
  }

  /** Connects and measures. Null when no connection comes about within five seconds. */
  async measure(offer: ProbeOffer, server: NetworkProbe): Promise<Measured | null> {
    const connected = this.#untilConnected();
    const mid = this.#connection.getTransceivers()[0]?.mid ?? '0';
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answerFor(offer, server, mid) });
    if (!(await connected)) return null;
    await wait(measureMs);
    return readStats([...(await this.#connection.getStats()).values()] as Stat[]);
  }

  close(): void {
    clearInterval(this.#painting);
    for (const sender of this.#connection.getSenders()) sender.track?.stop();
    this.#connection.close();
  }

  async #untilConnected(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), connectWithinMs);
      this.#connection.addEventListener('connectionstatechange', () => {
        const { connectionState } = this.#connection;
        if (connectionState !== 'connected' && connectionState !== 'failed') return;
        clearTimeout(timer);
        resolve(connectionState === 'connected');
      });
    });
  }
}

/** What the server has to know of this side, out of an offer with one section. */
export function readOffer(sdp: string): ProbeOffer {
  const find = (pattern: RegExp): string => {
    const found = pattern.exec(sdp)?.[1];
    if (found === undefined) throw new Error('the offer lacks what the test needs');
    return found;
  };
  return {
    fingerprint: find(/^a=fingerprint:sha-256 (\S+)/im),
    ssrc: Number(find(/^a=ssrc:(\d+) /m)),
    payload_type: Number(find(/^a=rtpmap:(\d+) VP8\/90000/im)),
  };
}

/** The server's side as an SDP answer (RFC 8866). No feedback is agreed on, so that lost packets stay lost and count. */
export function answerFor({ payload_type }: ProbeOffer, server: NetworkProbe, mid: string): string {
  const { protocol, ice, candidates, fingerprint } = server;
  const tcp = protocol === 'tcp' ? ' tcptype passive' : '';
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    `m=video 9 UDP/TLS/RTP/SAVPF ${String(payload_type)}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=rtpmap:${String(payload_type)} VP8/90000`,
    'a=recvonly',
    'a=rtcp-mux',
    `a=ice-ufrag:${ice.username_fragment}`,
    `a=ice-pwd:${ice.password}`,
    `a=fingerprint:sha-256 ${fingerprint}`,
    'a=setup:passive',
    ...candidates.map(
      (c) =>
        `a=candidate:${c.foundation} 1 ${protocol} ${String(c.priority)} ${c.address} ${String(c.port)} typ host${tcp}`,
    ),
    'a=end-of-candidates',
    '',
  ].join('\r\n');
}

interface Stat {
  type: string;
  nominated?: boolean;
  state?: string;
  totalRoundTripTime?: number;
  responsesReceived?: number;
  currentRoundTripTime?: number;
  roundTripTime?: number;
  packetsLost?: number;
  packetsSent?: number;
}

/** Round trip of the connectivity checks, loss by the server's receiver reports; null without a working pair. */
export function readStats(stats: readonly Stat[]): Measured | null {
  const pair = stats.find((s) => s.type === 'candidate-pair' && s.state === 'succeeded' && s.nominated === true);
  if (!pair) return null;
  const heard = stats.find((s) => s.type === 'remote-inbound-rtp');
  const sent = stats.find((s) => s.type === 'outbound-rtp')?.packetsSent ?? 0;
  const average = pair.responsesReceived ? (pair.totalRoundTripTime ?? 0) / pair.responsesReceived : null;
  const rttS = heard?.roundTripTime ?? average ?? pair.currentRoundTripTime ?? 0;
  const loss = sent > 0 ? Math.max(0, heard?.packetsLost ?? 0) / sent : 0;
  return { rttMs: Math.round(1000 * rttS), loss: Math.min(1, loss) };
}

async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
