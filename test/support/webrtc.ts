import { randomInt } from 'node:crypto';
import type { RtpCapabilities, RtpParameters, DtlsParameters } from '../../src/protocol/rtp.ts';
import { createLogger } from '../../src/logger.ts';
import { WorkerPool } from '../../src/media/WorkerPool.ts';

/** What a browser would send for WebRTC, for tests that need no RTP. */

export function dtlsParameters(): DtlsParameters {
  const value = Array.from({ length: 32 }, () => randomInt(256).toString(16).padStart(2, '0').toUpperCase()).join(':');
  return { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] };
}

export function audioParameters(): RtpParameters {
  return {
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48000, channels: 2, parameters: {} }],
    encodings: [{ ssrc: randomInt(1, 0xffffffff) }],
    rtcp: { cname: 'test' },
  };
}

/** @param layers - Number of simulcast layers, 1-3. */
export function videoParameters(layers = 1): RtpParameters {
  const rtcpFeedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];
  return {
    codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90000, parameters: {}, rtcpFeedback }],
    encodings: Array.from({ length: layers }, () => ({ ssrc: randomInt(1, 0xffffffff), maxBitrate: 500_000 })),
    rtcp: { cname: 'test' },
  };
}

export const receiveCapabilities: RtpCapabilities = {
  codecs: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      preferredPayloadType: 100,
      clockRate: 48000,
      channels: 2,
      parameters: {},
      rtcpFeedback: [],
    },
    {
      kind: 'video',
      mimeType: 'video/VP8',
      preferredPayloadType: 101,
      clockRate: 90000,
      parameters: {},
      rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    },
  ],
  headerExtensions: [],
};

export const silent = createLogger('silent');

/** Workers on loopback at ports that are most likely free. */
export function testPool(count = 1): Promise<WorkerPool> {
  return WorkerPool.create({
    count,
    addresses: ['127.0.0.1'],
    announcedAddresses: ['127.0.0.1'],
    port: randomInt(20_000, 30_000),
    logger: silent,
  });
}
