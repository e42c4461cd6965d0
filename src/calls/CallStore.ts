import type { CallStatus, CallType, Consent, EndReason, PeerRole } from '../protocol/values.ts';
import type { Person } from '../protocol/signaling.ts';
import type { WrittenMessage } from './ChatLog.ts';
import type { AssessmentStatus, Assurance, Cause, UnscoredReason } from '../protocol/assessment.ts';

/** What calls/ needs of the database; db/ implements it. Every promise resolves once its transaction is durable. */
export interface CallStore {
  create(call: NewCall): Promise<void>;

  /** Sets `active` and the start, if the call is `ringing`, or `active` without a start. @returns whether it did. */
  begin(callId: string, startTime: Date): Promise<boolean>;

  /**
   * Ends a call that is not over yet, and closes its participants' rows in the same transaction. The end is never
   * before the start (or, if there is none, the creation). @returns whether this call of `end` was the one that did it.
   */
  end(callId: string, end: CallEnd): Promise<boolean>;

  /** A call between two people goes on as a meeting; who took part and was called keeps his part in it. */
  becomeMeeting(callId: string): Promise<void>;

  setLocked(callId: string, locked: boolean): Promise<void>;

  participantJoined(participant: NewParticipant): Promise<void>;
  /** Idempotent: keeps an earlier `left_at`. */
  participantLeft(peerId: string, at: Date): Promise<void>;

  /** Writes the sign of life of running calls, so that a crash ends them at the right time. */
  touch(callIds: readonly string[], at: Date): Promise<void>;

  /** Calls of this node that an older boot left `ringing` or `active`; they now belong to `bootId`. */
  adopt(nodeId: string, bootId: string): Promise<AdoptedCall[]>;

  /** A call by its id or room, whoever asks; null when there is none. */
  find(key: { callId: string } | { roomId: string }): Promise<CallRecord | null>;

  /** Ringing and active calls in which the user is caller, callee or participant. */
  active(userId: string): Promise<CallRecord[]>;

  /**
   * The user's calls that are over, newest first.
   * @param cursor - What an earlier page answered as `nextCursor`; throws AppError VALIDATION if it is not one.
   */
  history(userId: string, limit: number, cursor?: string): Promise<{ calls: CallRecord[]; nextCursor: string | null }>;

  /** All that is kept about a call; null when there is none or `userId` had no part in it. */
  details(callId: string, userId: string): Promise<CallDetails | null>;

  saveQuality(sample: NewQualitySample): Promise<void>;

  /** Idempotent. */
  saveMessage(callId: string, message: WrittenMessage): Promise<void>;
  /** What a call must know that comes back into memory. */
  memory(callId: string): Promise<CallMemory>;
}

export interface CallMemory {
  /** Ids of those who have been in it. */
  people: string[];
  /** The last messages, oldest first. */
  messages: WrittenMessage[];
}

export interface ChatRow {
  messageId: string;
  peerId: string;
  requestId: string;
  /** Null for a guest, whose name is in `fullName`. */
  userId: string | null;
  username: string;
  fullName: string;
  sentAt: Date;
  text: string;
}

export interface NewCall {
  id: string;
  roomId: string;
  callerId: string;
  calleeId: string | null;
  callType: CallType;
  title: string | null;
  lobby: boolean;
  status: 'ringing' | 'active';
  nodeId: string;
  bootId: string;
  createdAt: Date;
}

export interface CallEnd {
  status: Extract<CallStatus, 'ended' | 'missed' | 'declined' | 'failed'>;
  endTime: Date;
  reason: EndReason;
}

export interface NewParticipant {
  callId: string;
  userId: string;
  peerId: string;
  role: PeerRole;
  joinedAt: Date;
  consent: Consent | null;
}

export interface CallRecord {
  id: string;
  roomId: string;
  caller: Person;
  callee: Person | null;
  callType: CallType;
  title: string | null;
  lobby: boolean;
  locked: boolean;
  status: CallStatus;
  startTime: Date | null;
  endTime: Date | null;
  /** Whole seconds from start to end; 0 while there is no start or no end. */
  durationS: number;
  endReason: EndReason | null;
  createdAt: Date;
  /** Different people that took part. */
  participantCount: number;
  /** Risk if anybody ever was, else the worst of what was last seen of each; null: nobody was looked at. */
  securityStatus: AssessmentStatus | null;
}

export interface AdoptedCall extends CallRecord {
  lastSeenAt: Date;
}

export interface NewQualitySample {
  callId: string;
  userId: string;
  at: Date;
  /** 0 (unusable) to 10 (perfect). */
  score: number;
  bitrateBps: number;
  loss: number;
  rttMs: number;
  freezeS: number;
}

/** A stored assessment as the call's record shows it, numbers in full precision. */
export interface ScanRow {
  userId: string;
  at: Date;
  status: AssessmentStatus;
  assurance: Assurance;
  reason: UnscoredReason | null;
  risk: number | null;
  confidence: number | null;
  causes: Cause[];
}

export interface CallDetails {
  call: CallRecord;
  participants: { user: Person; role: PeerRole; joinedAt: Date; leftAt: Date | null }[];
  /** Of every participant, oldest first. The HTTP edge hides the asker's own risk and confidence. */
  security: ScanRow[];
  quality: NewQualitySample[];
  /** Oldest first; of very many messages the last ones. */
  chat: ChatRow[];
}
