import { z } from 'zod';
import { mediaKind } from './values.ts';

/**
 * Range checks on what a client sends for WebRTC. mediasoup's Node layer checks types only: it takes 50,000
 * encodings, negative SSRCs and NaN, so every bound here is ours. Unknown keys are dropped, so that a client
 * cannot reach options such as `pipe` or `keyFrameRequestDelay`.
 */

export const uint32 = z.int().min(1).max(0xffffffff);
/** Dynamic payload types; 64-95 would clash with RTCP when multiplexed (RFC 5761, section 4). */
export const payloadType = z.int().refine((n) => (n >= 35 && n <= 63) || (n >= 96 && n <= 127));
const mimeType = z.string().regex(/^(audio|video)\/[A-Za-z0-9.+-]{1,32}$/);
const rtcpFeedback = z
  .array(z.object({ type: z.string().min(1).max(32), parameter: z.string().max(32).optional() }))
  .max(16);
const codecParameters = z
  .record(z.string().max(64), z.union([z.string().max(256), z.number(), z.null()]))
  .refine((p) => Object.keys(p).length <= 16);
const headerExtensionId = z.int().min(1).max(255);

const sha = z.enum(['sha-256', 'sha-384', 'sha-512']);
const bytesOfSha = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 } as const;
const fingerprint = z
  .object({
    algorithm: sha,
    value: z
      .string()
      .regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*$/)
      .max(191),
  })
  .refine((f) => f.value.length === bytesOfSha[f.algorithm] * 3 - 1);

/** As SDP writes it: pairs of hexadecimal digits with colons between them. */
export const sha256Fingerprint = z.string().regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}$/);

/** DTLS parameters (RFC 8122 fingerprints). mediasoup uses the first fingerprint only. */
export const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z.array(fingerprint).min(1).max(4),
});
export type DtlsParameters = z.infer<typeof dtlsParameters>;

const encoding = z.object({
  ssrc: uint32.optional(),
  rid: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,16}$/)
    .optional(),
  rtx: z.object({ ssrc: uint32 }).optional(),
  codecPayloadType: payloadType.optional(),
  dtx: z.boolean().optional(),
  scalabilityMode: z
    .string()
    .regex(/^[LS][1-3]T[1-3](_KEY)?$/)
    .optional(),
  maxBitrate: z.int().min(1000).max(20_000_000).optional(),
});

const codec = z.object({
  mimeType,
  payloadType,
  clockRate: z.int().min(8000).max(90000),
  channels: z.int().min(1).max(2).optional(),
  parameters: codecParameters.optional(),
  rtcpFeedback: rtcpFeedback.optional(),
});

/** What a sender will send (mediasoup's RtpParameters), at most three simulcast layers. */
export const rtpParameters = z.object({
  mid: z.string().min(1).max(8).optional(),
  codecs: z.array(codec).min(1).max(12),
  headerExtensions: z
    .array(
      z.object({
        uri: z.string().min(1).max(128),
        id: headerExtensionId,
        encrypt: z.boolean().optional(),
        parameters: codecParameters.optional(),
      }),
    )
    .max(16)
    .optional(),
  encodings: z.array(encoding).min(1).max(3),
  rtcp: z.object({ cname: z.string().max(64).optional(), reducedSize: z.boolean().optional() }).optional(),
});
export type RtpParameters = z.infer<typeof rtpParameters>;

/** What a receiver can take (mediasoup's RtpCapabilities). */
export const rtpCapabilities = z.object({
  codecs: z
    .array(
      z.object({
        kind: mediaKind,
        mimeType,
        preferredPayloadType: payloadType,
        clockRate: z.int().min(8000).max(90000),
        channels: z.int().min(1).max(2).optional(),
        parameters: codecParameters.optional(),
        rtcpFeedback: rtcpFeedback.optional(),
      }),
    )
    .max(32),
  headerExtensions: z
    .array(
      z.object({
        kind: mediaKind,
        uri: z.string().min(1).max(128),
        preferredId: headerExtensionId,
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(32),
});
export type RtpCapabilities = z.infer<typeof rtpCapabilities>;

/** TURN servers with credentials that end soon; none where the operator has none. */
export const iceServers = z.array(
  z.strictObject({ urls: z.array(z.string()), username: z.string(), credential: z.string() }),
);

/**
 * Objects that mediasoup made and mediasoup-client reads. They travel from server to client only, and the server
 * does not check its own output, so their inner shape is left to those libraries' types.
 */
export const transportParameters = z.object({
  id: z.string(),
  iceParameters: z.record(z.string(), z.unknown()),
  iceCandidates: z.array(z.record(z.string(), z.unknown())),
  dtlsParameters: z.record(z.string(), z.unknown()),
  iceServers,
});
export const serverObject = z.record(z.string(), z.unknown());
