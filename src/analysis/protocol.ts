import { z } from 'zod';
import { analyzerName, causeCode } from '../protocol/assessment.ts';

/** What one analyzer says of one stretch of one stream (DETECTION section 6). */
export const evidence = z.strictObject({
  analyzer: analyzerName,
  version: z.string().min(1).max(64),
  /** The stretch that was looked at; epoch, milliseconds. */
  fromMs: z.int().min(0),
  toMs: z.int().min(0),
  /** Log-likelihood ratio, fake : genuine; 0 says nothing. */
  llr: z.number().min(-20).max(20),
  /** How much this look was worth. */
  quality: z.number().min(0).max(1),
  /** Set when the analyzer could not tell: then `llr` and `quality` are 0. */
  abstained: z.boolean(),
  code: causeCode,
  /** Measurements behind it, for the record. Numbers only: no picture and no embedding leaves the child. */
  details: z.record(z.string().max(32), z.number()).refine((d) => Object.keys(d).length <= 24),
});
export type Evidence = z.infer<typeof evidence>;
