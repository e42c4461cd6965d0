import type { types } from 'mediasoup';

export interface TapDestination {
  ip: string;
  port: number;
}

/**
 * A server-side viewer of one video producer: its RTP goes to an analysis process over loopback. No client takes part
 * in it or can close it while the producer lives. It is created paused and costs nothing between looks.
 *
 * [Note: Why the tap opens at the middle layer] A face can be judged from 32 px on, and decoding costs as the pixels
 * do, so the tap takes the layer nearest 640x360: the second of three or two, the only one of one. It counts as a
 * viewer when unused layers are suspended.
 */
export class RtpTap {
  readonly ssrc: number;
  readonly payloadType: number;
  /** Where the packets come from; the analysis process accepts no other address (no `comedia`, known SSRCs only). */
  readonly source: TapDestination;
  readonly #consumer: types.Consumer;
  readonly #onClose: () => void;
  #closed = false;

  private constructor(consumer: types.Consumer, source: TapDestination, onClose: () => void) {
    const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc;
    const payloadType = consumer.rtpParameters.codecs[0]?.payloadType;
    if (ssrc === undefined || payloadType === undefined) throw new Error('a tap without SSRC or payload type');
    this.ssrc = ssrc;
    this.payloadType = payloadType;
    this.source = source;
    this.#consumer = consumer;
    this.#onClose = onClose;
    consumer.observer.once('close', () => this.close());
  }

  static async open(options: {
    transport: types.PlainTransport;
    producer: types.Producer;
    rtpCapabilities: types.RtpCapabilities;
    onClose: () => void;
  }): Promise<RtpTap> {
    const { transport, producer, rtpCapabilities, onClose } = options;
    const layers = producer.rtpParameters.encodings?.length ?? 1;
    const consumer = await transport.consume({
      producerId: producer.id,
      rtpCapabilities,
      paused: true,
      enableRtx: false,
      ...(layers > 1 && { preferredLayers: { spatialLayer: 1 } }),
    });
    const { localPort } = transport.tuple;
    return new RtpTap(consumer, { ip: '127.0.0.1', port: localPort }, onClose);
  }

  /** Lets RTP flow; mediasoup asks the sender for a key frame at the same time. */
  async resume(): Promise<void> {
    await this.#consumer.resume();
  }

  async pause(): Promise<void> {
    await this.#consumer.pause();
  }

  async requestKeyFrame(): Promise<void> {
    await this.#consumer.requestKeyFrame();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#consumer.close();
    this.#onClose();
  }
}
