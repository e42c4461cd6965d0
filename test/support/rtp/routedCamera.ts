import type { types } from 'mediasoup';
import { routerCodecs } from '../../../src/media/codecs.ts';
import { RtpTap } from '../../../src/media/RtpTap.ts';
import type { WorkerPool } from '../../../src/media/WorkerPool.ts';
import type { WatchedCamera } from '../../../src/assessment/types.ts';
import { RtpSource, type RtpSourceOptions } from './RtpSource.ts';

/** A camera whose packets go through a mediasoup worker and our tap, as a browser's would. */
export interface RoutedCamera extends WatchedCamera {
  readonly source: RtpSource;
  /** Begins to send, and again after `source.stop()`. */
  start(): void;
  close(): Promise<void>;
}

let lastSsrc = 50_000;

/** A router for `routedCamera`; closes with its worker. */
export async function testRouter(pool: WorkerPool): Promise<types.Router> {
  const { worker } = await pool.worker(pool.acquire());
  return worker.createRouter({ mediaCodecs: routerCodecs });
}

export async function routedCamera(
  router: types.Router,
  options: Omit<RtpSourceOptions, 'ssrc' | 'payloadType'>,
): Promise<RoutedCamera> {
  const ssrc = ++lastSsrc;
  const payloadType = 96;
  const source = await RtpSource.create({ ...options, ssrc, payloadType });
  const listenInfo = { protocol: 'udp', ip: '127.0.0.1' } as const;
  const ingest = await router.createPlainTransport({ listenInfo, rtcpMux: true, comedia: true });
  const producer = await ingest.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', payloadType, clockRate: 90_000 }],
      encodings: [{ ssrc }],
    },
  });
  const start = (): void => source.start({ ip: '127.0.0.1', port: ingest.tuple.localPort });
  start();
  return {
    producerId: producer.id,
    source,
    start,
    openTap: async (destination) => {
      const transport = await router.createPlainTransport({ listenInfo, rtcpMux: true, comedia: false });
      await transport.connect({ ip: destination.ip, port: destination.port });
      const { rtpCapabilities } = router;
      return RtpTap.open({ transport, producer, rtpCapabilities, onClose: () => transport.close() });
    },
    close: async () => {
      await source.close();
      ingest.close();
    },
  };
}
