import type { types } from 'mediasoup';
import { routerCodecs } from '../../../src/media/codecs.ts';
import { RtpTap } from '../../../src/media/RtpTap.ts';
import type { WorkerPool } from '../../../src/media/WorkerPool.ts';
import type { WatchedCamera } from '../../../src/assessment/types.ts';
import { RequestedSource, type RequestedSourceOptions } from './RequestedSource.ts';
import { RtpSource, type CameraSource, type RtpSourceOptions } from './RtpSource.ts';

/** A camera whose packets go through a mediasoup worker and our tap, as a browser's would. */
export interface RoutedCamera extends WatchedCamera {
  readonly source: CameraSource;
  /** Begins to send, and again after `source.stop()`. */
  start(): void;
  close(): Promise<void>;
}

type Stream = 'ssrc' | 'payloadType';

let lastSsrc = 50_000;

/** A router for `routedCamera`; closes with its worker. */
export async function testRouter(pool: WorkerPool): Promise<types.Router> {
  const { worker } = await pool.worker(pool.acquire());
  return worker.createRouter({ mediaCodecs: routerCodecs });
}

/** A camera that sends key frames only, at a rate of its own. */
export function routedCamera(router: types.Router, options: Omit<RtpSourceOptions, Stream>): Promise<RoutedCamera> {
  return route(router, (stream) => RtpSource.create({ ...options, ...stream }));
}

/** A camera that sends a key frame when it is asked for one, as a browser's does. */
export function requestedCamera(
  router: types.Router,
  options: Omit<RequestedSourceOptions, Stream>,
): Promise<RoutedCamera> {
  return route(router, (stream) => RequestedSource.create({ ...options, ...stream }));
}

async function route(
  router: types.Router,
  createSource: (stream: Pick<RtpSourceOptions, Stream>) => Promise<CameraSource>,
): Promise<RoutedCamera> {
  const ssrc = ++lastSsrc;
  const payloadType = 96;
  const source = await createSource({ ssrc, payloadType });
  const listenInfo = { protocol: 'udp', ip: '127.0.0.1' } as const;
  const ingest = await router.createPlainTransport({ listenInfo, rtcpMux: true, comedia: true });
  const rtcpFeedback = [{ type: 'nack', parameter: 'pli' }];
  const producer = await ingest.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', payloadType, clockRate: 90_000, rtcpFeedback }],
      encodings: [{ ssrc }],
    },
    keyFrameRequestDelay: 310,
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
