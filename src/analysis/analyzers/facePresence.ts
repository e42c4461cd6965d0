import type { CauseCode } from '../../protocol/assessment.ts';
import type { FaceQuality } from '../faces/quality.ts';
import type { Evidence } from '../protocol.ts';
import { abstained, looked } from './evidence.ts';

const VERSION = 'presence-1';

export interface PresenceSample {
  atMs: number;
  /** Faces that the detector saw. */
  faces: number;
  /** The one that the other analyzers look at; null when none was found. */
  main: { sizePx: number; score: number; yawDeg: number; pitchDeg: number; quality: FaceQuality } | null;
}

/**
 * Face presence and quality: is there one face that can be looked at?
 *
 * Can tell: no face, one too small, dark, blurred or turned away, several faces. Cannot tell anything about whether it is
 * genuine; `llr` is always 0. Without a usable face it abstains, and nobody is then called safe.
 */
export function judgePresence(sample: PresenceSample): Evidence {
  const { main } = sample;
  const stretch = {
    analyzer: 'face_presence' as const,
    version: VERSION,
    fromMs: sample.atMs,
    toMs: sample.atMs,
    details: { faces: sample.faces, ...(main ? detailsOf(main) : {}) },
  };
  if (!main) return abstained(stretch, 'no_face');
  if (main.quality.code !== 'ok') return abstained(stretch, main.quality.code);
  const code: CauseCode = sample.faces > 1 ? 'several_faces' : 'ok';
  return looked(stretch, { llr: 0, quality: main.quality.quality, code });
}

function detailsOf(main: NonNullable<PresenceSample['main']>): Record<string, number> {
  return {
    sizePx: main.sizePx,
    score: main.score,
    yawDeg: main.yawDeg,
    pitchDeg: main.pitchDeg,
    brightness: main.quality.brightness,
    sharpness: main.quality.sharpness,
  };
}
