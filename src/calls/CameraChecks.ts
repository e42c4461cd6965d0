import type { ChallengeEnd, ChallengeInfo, ChallengeKind, ChallengeStep } from '../protocol/challenge.ts';
import type { CheckPolicy } from '../protocol/checkPolicy.ts';

/** What calls/ asks of whoever looks at cameras; assessment/ implements it. Nothing here is ever awaited by a call. */
export interface CameraChecks {
  watch(identity: { callId: string; peerId: string; userId: string }): CheckedPerson;
  /** What follows from results in a call in which somebody is watched; until it is set, the least. */
  setPolicy(callId: string, policy: CheckPolicy): void;
  /** Asks to keep samples of a call back for a moment, since somebody is joining and needs the senders' key frames. */
  holdBack(callId: string, ms: number): void;
}

export interface CheckedPerson {
  setConsent(given: boolean): void;
  setCamera(camera: CheckedCamera | null): void;
  setCameraOn(on: boolean): void;
  /** Whether the camera is a program's, by its owner's own word. */
  setVirtual(virtual: boolean): void;
  readonly challenges: PersonalChallenges;
  close(): void;
}

/** Active checks of one person. All of them throw an AppError for what cannot be done now. */
export interface PersonalChallenges {
  invite(kind: ChallengeKind, origin: 'host' | 'policy', requestedBy: string | null): ChallengeInfo;
  start(kind: ChallengeKind, challengeId: string | null): ChallengeInfo;
  stepShown(challengeId: string, step: number, afterMs: number): void;
  refuse(challengeId: string): void;
}

/** What is told of an active check: a step to the person alone, the rest to everybody in the call. */
export type ChallengeNews =
  | { type: 'started'; info: ChallengeInfo }
  | { type: 'step'; step: ChallengeStep }
  | { type: 'ended'; end: ChallengeEnd };

export interface CheckedCamera {
  readonly producerId: string;
  /** A program's, by its owner's own word. */
  readonly virtual?: boolean;
  openTap(destination: { ip: string; port: number }): Promise<Tap>;
}

/** Structurally the tap of media/. */
export interface Tap {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly source: { ip: string; port: number };
  resume(): Promise<void>;
  pause(): Promise<void>;
  requestKeyFrame(): Promise<void>;
  close(): void;
}
