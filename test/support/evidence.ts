import fc from 'fast-check';
import type { Evidence } from '../../src/analysis/protocol.ts';
import { analyzerName, type AnalyzerName } from '../../src/protocol/assessment.ts';

export const NOW_MS = 1_800_000_000_000;

/** What an analyzer might say: by default that it has looked well and found nothing. */
export function evidenceOf(analyzer: AnalyzerName, said: Partial<Evidence> = {}): Evidence {
  return {
    analyzer,
    version: 'test',
    fromMs: NOW_MS - 1000,
    toMs: NOW_MS,
    llr: 0,
    quality: 1,
    abstained: false,
    code: 'ok',
    details: {},
    ...said,
  };
}

/** It could not tell. */
export function abstention(analyzer: AnalyzerName, said: Partial<Evidence> = {}): Evidence {
  return evidenceOf(analyzer, { llr: 0, quality: 0, abstained: true, code: 'gathering', ...said });
}

/** Anything that could come from a child, in range but otherwise wild; up to 20 minutes old. */
export const anyEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    analyzer: fc.constantFrom(...analyzerName.options),
    llr: fc.double({ min: -20, max: 20, noNaN: true }),
    quality: fc.double({ min: 0, max: 1, noNaN: true }),
    abstained: fc.boolean(),
    code: fc.constantFrom('ok', 'frozen', 'looped', 'face_changed', 'passed', 'failed', 'several_faces'),
    ageMs: fc.integer({ min: 0, max: 1_200_000 }),
  })
  .map(({ ageMs, ...said }) => {
    const toMs = NOW_MS - ageMs;
    const abstaining = said.abstained ? { llr: 0, quality: 0 } : {};
    return evidenceOf(said.analyzer, { ...said, ...abstaining, fromMs: toMs, toMs });
  });
