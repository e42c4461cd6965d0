import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { types } from 'mediasoup';
import { createLogger } from '../../src/logger.ts';
import { routerCodecs } from '../../src/media/codecs.ts';
import { Endpoint } from '../../src/media/Endpoint.ts';
import { RtpTap } from '../../src/media/RtpTap.ts';
import type { MediaWorker } from '../../src/media/MediaWorker.ts';
import { WorkerPool } from '../../src/media/WorkerPool.ts';
import { Cameras, packetsPerSecond } from './capacity/cameras.ts';
import { Receivers } from './capacity/Receivers.ts';
import { cpuSeconds } from './processes.ts';
import { median, type Row } from './statistics.ts';

/** A grid of five: everybody sees four others. */
const cameraCount = 4;
/** Consumers of 500 kbit/s, added step by step until media are lost. */
const steps = [400, 600, 800, 1000, 1200];
const settleMs = 2000;
const windowMs = 4000;
/** How often an open integrity window looks at each camera, and how long the tap is open for one look, ms. */
const lookEveryMs = 1000;
const lookMs = 120;

type Viewer = (
  worker: MediaWorker,
  router: types.Router,
  producers: readonly types.Producer[],
  receivers: Receivers,
) => Promise<void>;

interface Variant {
  name: string;
  view: Viewer;
  looks: boolean;
}

const variants: readonly Variant[] = [
  { name: 'bare worker', view: viewBare, looks: false },
  { name: 'our endpoints', view: viewByEndpoint, looks: false },
  { name: 'our endpoints, every camera looked at once a second', view: viewByEndpoint, looks: true },
];

/**
 * What one worker carries: real ICE, DTLS-SRTP receivers on loopback, four consumers to a transport, no estimate of
 * bandwidth (the receivers report nothing). CPU for a packet is the worker's own time and hardly suffers from what else
 * the machine does; the loss does.
 */
export async function measureCapacity(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const variant of variants) rows.push(...(await measureVariant(variant)));
  return rows;
}

async function measureVariant({ name, view, looks }: Variant): Promise<Row[]> {
  const pool = await WorkerPool.create({
    count: 1,
    addresses: ['127.0.0.1'],
    announcedAddresses: ['127.0.0.1'],
    // The worker before may still hold its own.
    port: randomInt(30_000, 32_000),
    logger: createLogger('error'),
  });
  const receivers = await Receivers.start();
  try {
    const mediaWorker = await pool.worker(0);
    const router = await mediaWorker.worker.createRouter({ mediaCodecs: routerCodecs });
    const cameras = await Cameras.start(router, cameraCount);
    const stopLooking = looks ? await lookAt(router, cameras.producers) : () => undefined;
    const perPacketUs: number[] = [];
    let most = 0;
    let viewers = 0;
    for (const consumers of steps) {
      for (; viewers < consumers / cameraCount; viewers++)
        await view(mediaWorker, router, cameras.producers, receivers);
      await receivers.untilUp(viewers);
      await delay(settleMs);
      const { cpuS, packets, lost, share } = await measureWindow(mediaWorker.worker.pid, receivers, consumers);
      perPacketUs.push((cpuS / packets) * 1e6);
      // Whoever falls behind sends less than there is, without a gap.
      if (lost > 0 || share < 0.99) break;
      most = consumers;
    }
    stopLooking();
    cameras.close();
    const us = median(perPacketUs);
    const n = perPacketUs.length;
    return [
      {
        measured: `worker CPU a packet, ${name}`,
        aim: 'within 5 % of the bare worker',
        value: `${us.toFixed(1)} us`,
        n,
      },
      {
        measured: `consumers of 500 kbit/s a core by that, ${name}`,
        aim: '>= 650',
        value: (1e6 / us / packetsPerSecond).toFixed(0),
        n,
      },
      { measured: `most consumers without loss, ${name}`, aim: '>= 650', value: `${most} of ${steps.at(-1)}`, n: 1 },
      { measured: `SRTP, ${name}`, aim: 'AEAD GCM', value: [...receivers.profiles.keys()].join(', '), n: viewers },
    ];
  } finally {
    await receivers.close();
    await pool.close();
  }
}

async function measureWindow(
  pid: number,
  receivers: Receivers,
  consumers: number,
): Promise<{ cpuS: number; packets: number; lost: number; share: number }> {
  const [before, cpuBefore, beganMs] = [await receivers.counts(), cpuSeconds(pid).worker, performance.now()];
  await delay(windowMs);
  const [after, cpuAfter, endedMs] = [await receivers.counts(), cpuSeconds(pid).worker, performance.now()];
  const packets = after.packets - before.packets;
  const due = ((endedMs - beganMs) / 1000) * packetsPerSecond * consumers;
  return { cpuS: cpuAfter - cpuBefore, packets, lost: after.lost - before.lost, share: packets / due };
}

/** What browsers can do, without the extensions that need their reports. */
function capabilities(router: types.Router): types.RtpCapabilities {
  const codecs = (router.rtpCapabilities.codecs ?? []).map((codec) => ({
    ...codec,
    rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ type }) => type !== 'transport-cc' && type !== 'goog-remb'),
  }));
  return { codecs, headerExtensions: [] };
}

function dtlsParameters({ fingerprint }: Receivers): types.DtlsParameters {
  return { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: fingerprint }] };
}

async function viewBare(...[, router, producers, receivers]: Parameters<Viewer>): Promise<void> {
  const listenInfos: types.TransportListenInfo[] = [{ protocol: 'udp', ip: '127.0.0.1' }];
  const transport = await router.createWebRtcTransport({ listenInfos });
  await transport.connect({ dtlsParameters: dtlsParameters(receivers) });
  receivers.add(transport);
  const rtpCapabilities = capabilities(router);
  for (const { id } of producers) await transport.consume({ producerId: id, rtpCapabilities });
}

async function viewByEndpoint(...[mediaWorker, router, producers, receivers]: Parameters<Viewer>): Promise<void> {
  const endpoint = new Endpoint({ router, mediaWorker });
  const transport = await endpoint.createTransport('recv');
  await endpoint.connectTransport(transport.id, dtlsParameters(receivers), capabilities(router));
  receivers.add(transport);
  for (const producer of producers) {
    const sent = { producer, source: 'camera', backgroundChanged: false, virtualCamera: false } as const;
    const subscription = await endpoint.subscribe(sent, { joined: true, permitted: true });
    await subscription?.set({ acknowledged: true });
  }
}

/** Opens a tap of each camera for a moment again and again, as an integrity window does. @returns what ends that. */
async function lookAt(router: types.Router, producers: readonly types.Producer[]): Promise<() => void> {
  const transport = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' } });
  // Nobody listens there: what the analysis does with the packets is not the worker's time.
  await transport.connect({ ip: '127.0.0.1', port: 9 });
  const taps: RtpTap[] = [];
  for (const producer of producers) {
    const { rtpCapabilities } = router;
    taps.push(await RtpTap.open({ transport, producer, rtpCapabilities, onClose: () => undefined }));
  }
  const look = async (tap: RtpTap): Promise<void> => {
    await tap.resume();
    await delay(lookMs);
    await tap.pause();
  };
  // A worker that is stopped in the middle of a look has nothing more to answer.
  const timer = setInterval(() => taps.forEach((tap) => void look(tap).catch(() => undefined)), lookEveryMs);
  return () => clearInterval(timer);
}
