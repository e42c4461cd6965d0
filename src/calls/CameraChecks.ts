/** What calls/ asks of whoever looks at cameras; assessment/ implements it. Nothing here is ever awaited by a call. */
export interface CameraChecks {
  watch(identity: { callId: string; peerId: string; userId: string }): CheckedPerson;
  /** Asks to keep samples of a call back for a moment, since somebody is joining and needs the senders' key frames. */
  holdBack(callId: string, ms: number): void;
}

export interface CheckedPerson {
  setConsent(given: boolean): void;
  setCamera(camera: CheckedCamera | null): void;
  setCameraOn(on: boolean): void;
  close(): void;
}

export interface CheckedCamera {
  readonly producerId: string;
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
