import type { DetectedFace } from './FaceDetector.ts';
import type { MeshedFace } from './FaceMesh.ts';
import type { Box } from './geometry.ts';

/**
 * What the last looks at one camera's faces allow to be left out of the next one.
 *
 * [Note: Looks that may be light] A look costs some 7 ms of CPU for decoding and its thumbnail, and three times that for
 * the face. In a window of one key frame a second every second look may do without the face, as long as one usable face
 * is there, a baseline of it as well, and nothing is suspicious: a swap is then seen one second later at most, and from
 * the first suspicion on every look is a whole one. Looks that follow each other that soon need no search for the face
 * either: it is laid out from where it was, as MediaPipe does, and searched for again when that fits badly and every few
 * seconds, for others who may have come.
 */
export class FaceTrack {
  /** Where the main face was, to follow it among several. */
  lastBox: Box | null = null;
  #settled = false;
  #lookedAtMs = -Infinity;
  #searchedAtMs = -Infinity;
  #tilt = 0;

  /** Whether a look may leave the face out. */
  mayRest(atMs: number): boolean {
    const sinceMs = atMs - this.#lookedAtMs;
    return this.#settled && sinceMs >= 0 && sinceMs < REST_MS;
  }

  /** The face where it was, if that is recent enough to be laid out without a search. */
  followed(atMs: number): DetectedFace | null {
    const { lastBox } = this;
    if (!this.#settled || !lastBox) return null;
    if (atMs - this.#lookedAtMs > FOLLOW_MS || atMs - this.#searchedAtMs > SEARCH_EVERY_MS) return null;
    const middle = { x: (lastBox.left + lastBox.right) / 2, y: (lastBox.top + lastBox.bottom) / 2 };
    return { score: 1, box: lastBox, leftEye: middle, rightEye: middle, tilt: this.#tilt };
  }

  searched(atMs: number): void {
    this.#searchedAtMs = atMs;
  }

  /** @param settled - One usable face, known and unsuspicious. */
  looked(atMs: number, face: MeshedFace | null, settled: boolean): void {
    this.#lookedAtMs = atMs;
    this.#settled = settled;
    if (!face) return;
    this.lastBox = face.box;
    this.#tilt = face.tilt;
  }
}

/** Every second look of a window is a whole one. */
const REST_MS = 1500;
const FOLLOW_MS = 3000;
const SEARCH_EVERY_MS = 8000;
