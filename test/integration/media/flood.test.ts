import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MediaSender } from '../../../scripts/demo/MediaSender.ts';
import { toTransportParameters } from '../../../src/calls/CallMedia.ts';
import { routerCodecs } from '../../../src/media/codecs.ts';
import { Endpoint } from '../../../src/media/Endpoint.ts';
import type { WorkerPool } from '../../../src/media/WorkerPool.ts';
import { testPool } from '../../support/webrtc.ts';
import type { types } from 'mediasoup';

describe('a sender that keeps to no limit', function () {
  this.timeout(30_000);
  let pool: WorkerPool;
  before(async () => {
    pool = await testPool();
  });
  after(() => pool.close());

  it('is cut off after three seconds, over real ICE, DTLS and SRTP', async () => {
    const mediaWorker = await pool.worker(0);
    const router = await mediaWorker.worker.createRouter({ mediaCodecs: routerCodecs });
    const endpoint = new Endpoint({ router, mediaWorker, floodBps: 500_000 });
    const transport = await endpoint.createTransport('send');
    const sender = await MediaSender.connect(toTransportParameters(transport), ['camera'], {
      connect: (dtls) => endpoint.connectTransport(transport.id, dtls as types.DtlsParameters, undefined),
      produce: (source, parameters) =>
        endpoint.produce({ requestId: 'x', source, rtpParameters: parameters as types.RtpParameters, paused: false }),
    });
    const startedMs = performance.now();
    // About 2 Mbit/s of what looks like video.
    const flood = setInterval(() => sender.sendVideo(Buffer.alloc(5000), performance.now() / 1000), 20);
    try {
      await once(endpoint, 'flooded');
      const tookMs = performance.now() - startedMs;
      assert.ok(tookMs > 2900, `after ${tookMs.toFixed(0)} ms already`);
      assert.ok(transport.closed);
      assert.deepEqual(endpoint.sent, []);
    } finally {
      clearInterval(flood);
      await sender.close();
      endpoint.close();
      router.close();
    }
  });
});
