import { MAX_KEY_FRAME_BYTES } from './decode/vp8KeyFrame.ts';
import { StreamIntegrity } from './analyzers/StreamIntegrity.ts';
import type { IdentityContinuity } from './analyzers/IdentityContinuity.ts';
import { ModelOpinion } from './analyzers/ModelOpinion.ts';
import { FaceTrack } from './faces/FaceTrack.ts';
import type { ToChild } from './protocol.ts';
import { KeyFrameAssembler } from './rtp/KeyFrameAssembler.ts';

/** A look that has been asked for and not answered yet. */
export interface Look {
  lookId: number;
  glimpse: boolean;
  timer: NodeJS.Timeout;
  packets: number;
  keyFramesLost: number;
}

/** A whole key frame that waits for its turn. */
export interface WaitingFrame {
  data: Buffer;
  /** Epoch, milliseconds. */
  atMs: number;
}

/** One tapped camera: its packets, its look in progress, and what its analyzers remember of it. */
export class Stream {
  readonly id: number;
  readonly nonce: string;
  readonly groupId: number;
  readonly payloadType: number;
  /** Where its packets come from: see `keyOf`. */
  readonly key: string;
  readonly assembler = new KeyFrameAssembler({ maxBytes: MAX_KEY_FRAME_BYTES, patienceMs: PATIENCE_MS });
  readonly integrity = new StreamIntegrity();
  readonly identity: IdentityContinuity;
  readonly track = new FaceTrack();
  readonly opinions = {
    image_model: new ModelOpinion('image_model'),
    presentation_attack: new ModelOpinion('presentation_attack'),
  };
  /** When models of the catalog last looked at the face. */
  classifiedAtMs = -Infinity;
  look: Look | null = null;
  /** When its last frame was taken up, counted in frames. */
  servedAt = 0;
  /** At most one: the newest. */
  waiting: WaitingFrame | null = null;
  closed = false;

  constructor(options: Extract<ToChild, { type: 'openStream' }>, identity: IdentityContinuity) {
    this.id = options.streamId;
    this.nonce = options.nonce;
    this.groupId = options.groupId;
    this.payloadType = options.payloadType;
    this.key = keyOf(options.source.ip, options.source.port, options.ssrc);
    this.identity = identity;
  }

  /** Ends the look in progress and says which it was. */
  takeLook(): Look | null {
    const { look } = this;
    this.look = null;
    if (look) clearTimeout(look.timer);
    return look;
  }

  close(): void {
    this.closed = true;
    this.takeLook();
    this.waiting = null;
    this.assembler.clear();
  }
}

/** Packets lost between a sender and the server are repaired by retransmission within a round trip or two. */
const PATIENCE_MS = 400;

/** Two routers may draw the same SSRC; their transports differ in address. */
export function keyOf(ip: string, port: number, ssrc: number): string {
  return `${ip}|${port}|${ssrc}`;
}
