import type { Calibration } from '../models/catalogEntry.ts';
import type { Evidence } from '../protocol.ts';
import { abstained, looked } from './evidence.ts';

/** What one model said of one picture. */
export interface ModelSample {
  model: string;
  /** P(fake), 0 to 1. */
  fake: number;
  calibration: Calibration | null;
}

/**
 * A5 and A6: what the operator's models say of a face, over the last pictures.
 *
 * Can tell what its models can tell, which their cards say. Public ones that can be had with their weights are at chance
 * on live face swaps in compressed video (DETECTION section 1), so the log-likelihood ratio is cut to what the fusion
 * allows a passive analyzer: enough to look closer, never to act. One picture never suffices.
 */
export class ModelOpinion {
  readonly #analyzer: 'image_model' | 'presentation_attack';
  readonly #seen = new Map<string, ModelSample[]>();
  #fromMs: number | null = null;

  constructor(analyzer: 'image_model' | 'presentation_attack') {
    this.#analyzer = analyzer;
  }

  /** @param quality - Of the face, 0 to 1. */
  push(atMs: number, samples: readonly ModelSample[], quality: number): Evidence {
    this.#fromMs ??= atMs;
    const names = new Set(samples.map(({ model }) => model));
    for (const name of [...this.#seen.keys()]) if (!names.has(name)) this.#seen.delete(name);
    for (const sample of samples) {
      this.#seen.set(sample.model, [...(this.#seen.get(sample.model) ?? []), sample].slice(-MAX_SAMPLES));
    }
    const opinions = [...this.#seen].map(([model, seen]) => [model, meanOf(seen.map(ratioOf))] as const);
    const llr = meanOf(opinions.map(([, ratio]) => ratio));
    const details = {
      score: llr,
      ...Object.fromEntries(opinions.map(([model, ratio]) => [model.slice(0, 32), ratio])),
    };
    const stretch = { analyzer: this.#analyzer, version: VERSION, fromMs: this.#fromMs, toMs: atMs, details };
    const fewest = Math.min(...[...this.#seen.values()].map((seen) => seen.length));
    if (!(fewest >= MIN_SAMPLES)) return abstained(stretch, 'gathering');
    return looked(stretch, { llr, quality, code: llr > UNUSUAL_LLR ? 'unusual' : 'ok' });
  }
}

const VERSION = 'models-1';
const MIN_SAMPLES = 3;
const MAX_SAMPLES = 8;
const UNUSUAL_LLR = 0.5;
/** A model that is certain of one picture (0.9999 and beyond) is not believed any more than this. */
const MAX_LOGIT = 8;
const MAX_LLR = 20;

/** The log-likelihood ratio that one answer of a model stands for. */
export function ratioOf({ fake, calibration }: ModelSample): number {
  const logit = Math.min(MAX_LOGIT, Math.max(-MAX_LOGIT, Math.log(fake / (1 - fake))));
  const ratio = calibration ? calibration.slope * logit + calibration.intercept : logit;
  return Math.min(MAX_LLR, Math.max(-MAX_LLR, ratio));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
