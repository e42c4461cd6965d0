import { z } from 'zod';

/** Values that REST, the sockets and the database share. */

export const callType = z.enum(['video', 'audio']);
export type CallType = z.infer<typeof callType>;

export const callStatus = z.enum(['ringing', 'active', 'ended', 'missed', 'declined', 'failed']);
export type CallStatus = z.infer<typeof callStatus>;

/** Why a call is over; kept with its record. */
export const endReason = z.enum([
  'hung_up',
  'everyone_left',
  'connection_lost',
  'no_answer',
  'cancelled',
  'declined',
  'server_lost',
  'worker_failed',
  /** The host took this person out. */
  'removed',
  'administrator',
  /** Told to a page whose user joined from another one; never kept. */
  'joined_elsewhere',
  /** Told to a waiting page that a host did not let in; never kept. */
  'denied',
]);
export type EndReason = z.infer<typeof endReason>;

export const presence = z.enum(['offline', 'online', 'in_call']);
export type Presence = z.infer<typeof presence>;

/** `host`: who started the meeting; in a direct call both are. */
export const peerRole = z.enum(['host', 'participant', 'guest']);
export type PeerRole = z.infer<typeof peerRole>;

/** What one may show for a moment without a word. */
export const reaction = z.enum(['thumbs_up', 'clap', 'heart', 'laugh', 'surprise', 'party']);
export type Reaction = z.infer<typeof reaction>;

/** What is done to people in a call, by a host or by the server itself; the names stand in the policy log. */
export const policyAction = z.enum([
  'muteProducer',
  'muteEveryone',
  'pauseVideo',
  'ejectPeer',
  'transferHost',
  /** By the server alone: neither seen nor heard until an active check passes. */
  'holdPeer',
  'undoAction',
]);
export type PolicyAction = z.infer<typeof policyAction>;

/** States of a connection; the table of what each may ask is `calls/states.ts`. */
export const peerState = z.enum(['idle', 'prepared', 'waiting', 'joined', 'held', 'left', 'ejected']);
export type PeerState = z.infer<typeof peerState>;

export const mediaSource = z.enum(['mic', 'camera', 'screen', 'screenAudio']);
export type MediaSource = z.infer<typeof mediaSource>;

/** How media travel between browser and server. */
export const mediaProtocol = z.enum(['udp', 'tcp']);
export type MediaProtocol = z.infer<typeof mediaProtocol>;

/** An address at which the server takes media: one port for each media worker. */
export interface MediaPath {
  protocol: MediaProtocol;
  address: string;
  firstPort: number;
  lastPort: number;
}

export const mediaKind = z.enum(['audio', 'video']);
export type MediaKind = z.infer<typeof mediaKind>;

/** The kind of media that a source carries. */
export const kindOfSource: Readonly<Record<MediaSource, MediaKind>> = {
  mic: 'audio',
  camera: 'video',
  screen: 'video',
  screenAudio: 'audio',
};

/** A user's own choice about the checks, made before the camera opens. */
export const consent = z.strictObject({
  /** Agrees that the server looks at the camera's pictures. */
  check: z.boolean(),
  /** Agrees that evidence pictures may be kept when the operator switched that on. */
  evidence: z.boolean(),
  /** Version of the text that was shown. */
  version: z.int().min(1).max(1000),
  language: z.enum(['zh-CN', 'en']),
});
export type Consent = z.infer<typeof consent>;

export const username = z
  .string()
  .min(2)
  .max(32)
  .regex(/^[A-Za-z0-9._-]+$/);

/** A room's name: 128 random bits as base64url (RFC 4648, section 5). */
export const roomId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/** UTF-8 bytes of a chat message. */
export const maxChatBytes = 4096;

/** A chat message: something to see, well-formed (a lone surrogate or NUL cannot be kept), of at most 4 KB. */
export const chatText = z
  .string()
  .max(maxChatBytes)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'not a well-formed text')
  .refine((text) => new TextEncoder().encode(text).length <= maxChatBytes, 'longer than 4 KB')
  .refine((text) => /[^\p{C}\p{Z}\p{M}]/u.test(text), 'nothing to see');

/** Identifier that the server made: of a peer, transport, producer or consumer. */
export const objectId = z.string().min(1).max(64);

export const isoTime = z.iso.datetime({ offset: true });
