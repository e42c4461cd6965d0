import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import { z } from 'zod';
import { packetize, type PacketizerState } from '../../test/support/rtp/vp8.ts';
import type { DtlsParameters, RtpParameters } from '../../src/protocol/rtp.ts';
import type { ResponseData } from '../../src/protocol/signaling.ts';

export type SentSource = 'mic' | 'camera';

/** What the server is asked while the connection is made; each settles with its answer. */
export interface MediaSignaling {
  connect: (dtlsParameters: DtlsParameters) => Promise<unknown>;
  produce: (source: SentSource, rtpParameters: RtpParameters) => Promise<unknown>;
}

/** What mediasoup tells of its side of a transport, as far as it is needed here. */
const remote = z.object({
  iceParameters: z.object({ usernameFragment: z.string(), password: z.string() }),
  iceCandidates: z.array(
    z.object({
      foundation: z.string(),
      priority: z.number(),
      address: z.string(),
      protocol: z.enum(['udp', 'tcp']),
      port: z.number(),
    }),
  ),
  dtlsParameters: z.object({ fingerprints: z.array(z.object({ algorithm: z.string(), value: z.string() })) }),
});
type Remote = z.infer<typeof remote>;

const VIDEO_CLOCK = 90_000;
const AUDIO_CLOCK = 48_000;
const CONNECT_TIMEOUT_MS = 10_000;

const opus = new RTCRtpCodecParameters({
  mimeType: 'audio/opus',
  clockRate: AUDIO_CLOCK,
  channels: 2,
  payloadType: 100,
});
const vp8 = new RTCRtpCodecParameters({
  mimeType: 'video/VP8',
  clockRate: VIDEO_CLOCK,
  payloadType: 101,
  rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
});

/**
 * Sends one camera and one microphone over WebRTC, as a browser does: ICE, DTLS and SRTP by werift. What is sent comes
 * encoded already. Knows nothing of people and calls.
 */
export class MediaSender {
  readonly #connection: RTCPeerConnection;
  readonly #audio = new MediaStreamTrack({ kind: 'audio' });
  readonly #video = new MediaStreamTrack({ kind: 'video' });
  readonly #videoState: PacketizerState;
  readonly #audioState: { ssrc: number; payloadType: number; sequenceNumber: number };

  /** @throws Error when no connection comes about within ten seconds. */
  static async connect(
    transport: ResponseData<'createTransport'>,
    sources: readonly SentSource[],
    signaling: MediaSignaling,
  ): Promise<MediaSender> {
    const connection = new RTCPeerConnection({
      codecs: { audio: [opus], video: [vp8] },
      iceServers: [],
      // A server on this machine is announced at loopback, too.
      iceAdditionalHostAddresses: ['127.0.0.1'],
      bundlePolicy: 'max-bundle',
    });
    try {
      return await MediaSender.#connect(connection, remote.parse(transport), sources, signaling);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  static async #connect(
    connection: RTCPeerConnection,
    server: Remote,
    sources: readonly SentSource[],
    signaling: MediaSignaling,
  ): Promise<MediaSender> {
    const sender = new MediaSender(connection);
    await connection.setLocalDescription(await connection.createOffer());
    const fingerprint = /a=fingerprint:sha-256 (\S+)/.exec(connection.localDescription?.sdp ?? '')?.[1];
    if (fingerprint === undefined) throw new Error('the offer has no fingerprint');
    const fingerprints = [{ algorithm: 'sha-256' as const, value: fingerprint }];
    await signaling.connect({ role: 'client', fingerprints });
    const connected = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('the media connection did not come about'));
      }, CONNECT_TIMEOUT_MS);
      connection.connectionStateChange.subscribe((state) => {
        if (state !== 'connected') return;
        clearTimeout(timer);
        resolve();
      });
    });

    await Promise.all([connection.setRemoteDescription({ type: 'answer', sdp: answer(server) }), connected]);
    for (const source of sources) await signaling.produce(source, sender.#parameters(source));
    return sender;
  }

  private constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
    const audio = connection.addTransceiver(this.#audio, { direction: 'sendonly' });
    const video = connection.addTransceiver(this.#video, { direction: 'sendonly' });
    this.#audioState = { ssrc: audio.sender.ssrc, payloadType: opus.payloadType, sequenceNumber: 0 };
    this.#videoState = { ssrc: video.sender.ssrc, payloadType: vp8.payloadType, sequenceNumber: 0, pictureId: 1 };
  }

  /** Sends a VP8 frame of a moment, in seconds since the camera was switched on. */
  sendVideo(frame: Buffer, atS: number): void {
    for (const packet of packetize(frame, Math.round(atS * VIDEO_CLOCK), this.#videoState))
      this.#video.writeRtp(packet);
  }

  /** Sends an Opus packet. @param begins - Whether silence was before it. */
  sendAudio(packet: Buffer, atS: number, begins: boolean): void {
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(this.#audioState.payloadType | (begins ? 0x80 : 0), 1);
    header.writeUInt16BE(this.#audioState.sequenceNumber, 2);
    header.writeUInt32BE(Math.round(atS * AUDIO_CLOCK) >>> 0, 4);
    header.writeUInt32BE(this.#audioState.ssrc, 8);
    this.#audioState.sequenceNumber = (this.#audioState.sequenceNumber + 1) & 0xffff;
    this.#audio.writeRtp(Buffer.concat([header, packet]));
  }

  #parameters(source: SentSource): RtpParameters {
    const { ssrc, payloadType } = source === 'mic' ? this.#audioState : this.#videoState;
    const codec =
      source === 'mic'
        ? { mimeType: opus.mimeType, payloadType, clockRate: AUDIO_CLOCK, channels: 2 }
        : { mimeType: vp8.mimeType, payloadType, clockRate: VIDEO_CLOCK, rtcpFeedback: vp8.rtcpFeedback };
    return { codecs: [codec], encodings: [{ ssrc }], rtcp: { cname: 'demo' } };
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}

/** The server's side as an SDP answer (RFC 8866): mediasoup speaks in objects, a peer connection in text. */
function answer({ iceParameters, iceCandidates, dtlsParameters }: Remote): string {
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  const transport = [
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    `a=fingerprint:sha-256 ${fingerprint?.value ?? ''}`,
    'a=setup:passive',
    ...iceCandidates
      .filter(({ protocol }) => protocol === 'udp')
      .map((c) => `a=candidate:${c.foundation} 1 udp ${String(c.priority)} ${c.address} ${String(c.port)} typ host`),
    'a=end-of-candidates',
  ];
  const section = (kind: string, mid: number, payloadType: number, codec: string): string[] => [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${String(payloadType)}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${String(mid)}`,
    `a=rtpmap:${String(payloadType)} ${codec}`,
    'a=recvonly',
    'a=rtcp-mux',
    ...transport,
  ];
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=group:BUNDLE 0 1',
    ...section('audio', 0, opus.payloadType, 'opus/48000/2'),
    ...section('video', 1, vp8.payloadType, 'VP8/90000'),
    '',
  ].join('\r\n');
}
