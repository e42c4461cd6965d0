import type { Assessment } from '../protocol/assessment.ts';
import type { Evidence } from '../analysis/protocol.ts';
import type { Basis } from './basis.ts';
import type { ChallengeDesk } from './challenges/ChallengeDesk.ts';

/** An address on which UDP datagrams arrive or from which they come. */
export interface UdpAddress {
  ip: string;
  port: number;
}

/**
 * A server-side viewer of one camera, sending its RTP to an analysis child. Made paused, so that it costs nothing
 * until somebody looks. After `close()`, or when its producer or worker has gone, its methods reject; the owner then
 * opens another one.
 */
export interface RtpTap {
  readonly ssrc: number;
  /** Payload type of the VP8 packets. */
  readonly payloadType: number;
  /** The only address from which the child accepts this stream. */
  readonly source: UdpAddress;
  /** Lets RTP flow; mediasoup asks the sender for a key frame at the same time. */
  resume(): Promise<void>;
  pause(): Promise<void>;
  requestKeyFrame(): Promise<void>;
  /** Idempotent. */
  close(): void;
}

/** One camera's producer, as far as its assessment needs it. */
export interface WatchedCamera {
  readonly producerId: string;
  /** A program's, by its owner's own word. */
  readonly virtual?: boolean;
  /** Opens a paused tap towards the UDP socket of an analysis child; several may be opened one after the other. */
  openTap(destination: UdpAddress): Promise<RtpTap>;
}

/** Whom an assessment is about: one participant of one call. */
export interface SubjectIdentity {
  readonly callId: string;
  readonly peerId: string;
  /** Null for a guest without an account. */
  readonly userId: string | null;
}

/** CPU-bound steps of one look, in milliseconds of wall time in the child. */
export interface ScanDurations {
  decodeMs: number;
  detectMs: number;
  meshMs: number;
  embedMs: number;
  totalMs: number;
}

/** What is known beside the assessment itself: for the call record, never for pages. */
export interface AssessmentDetail {
  evidence: readonly Evidence[];
  /** Null when nothing could be looked at. */
  durations: ScanDurations | null;
  /** Everything that the assessment was computed from. */
  basis: Basis;
}

/** A result as it is told and stored: numbers in full precision (pages get them rounded, see `views.ts`). */
export interface AssessmentResult extends SubjectIdentity {
  /** Epoch, milliseconds. */
  atMs: number;
  assessment: Assessment;
  detail: AssessmentDetail;
}

/** One participant who is being watched; closes with the participant. */
export interface Subject extends SubjectIdentity {
  /** Active checks of this participant. */
  readonly challenges: Pick<ChallengeDesk, 'invite' | 'start' | 'stepShown' | 'refuse'>;
  /** The newest result; `unscored` with reason `waiting` at first. */
  readonly assessment: Assessment;
  /** Nothing is tapped without consent. Not given at first. */
  setConsent(given: boolean): void;
  /**
   * The camera's producer, or null when there is none (any more). Another camera, another track or the same one
   * switched on again resets what speaks for the person; what speaks against stays.
   */
  setCamera(camera: WatchedCamera | null): void;
  /** The sender told that its camera is off or on (paused producer). On at first. */
  setCameraOn(on: boolean): void;
  /** Whether the camera is a program's, by the word of its owner's page; as `camera.virtual` says at first. */
  setVirtual(virtual: boolean): void;
  /** Stops watching. Idempotent. */
  close(): void;
}
