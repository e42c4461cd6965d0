import type { Assessment } from '../../../src/protocol/assessment.ts';

type Seen = Pick<Assessment, 'status' | 'assurance' | 'risk' | 'confidence' | 'causes'>;

export const clear: Seen = {
  status: 'safe',
  assurance: 'passive',
  risk: 0.1,
  confidence: 0.5,
  causes: [
    { analyzer: 'face_presence', outcome: 'fine', code: 'ok' },
    { analyzer: 'stream_integrity', outcome: 'fine', code: 'ok' },
    { analyzer: 'identity_continuity', outcome: 'fine', code: 'ok' },
    { analyzer: 'illumination', outcome: 'not_looked', code: 'not_done' },
  ],
};

/** As one hears of oneself: never a number. */
export const ownClear: Seen = { ...clear, risk: null, confidence: null };

export const looped: Seen = {
  ...clear,
  status: 'risk',
  assurance: 'none',
  risk: 0.9,
  confidence: 0.8,
  causes: [{ analyzer: 'stream_integrity', outcome: 'found', code: 'looped' }, ...clear.causes.slice(0, 1)],
};

export const unsure: Seen = { ...clear, status: 'undetermined', assurance: 'none', risk: 0.3, confidence: 0.2 };
