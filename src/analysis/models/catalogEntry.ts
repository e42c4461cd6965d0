import { z } from 'zod';

/**
 * A model that an operator brings (`config/models.yaml`): a classifier of one face in one picture, as an ONNX file. What
 * it takes and gives is described here, so that nothing has to be programmed for it.
 */
export const catalogEntry = z.strictObject({
  /** As which it appears in records and logs. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  /** Whose evidence it is: A5 (swaps and forgeries) or A6 (prints, screens). */
  analyzer: z.enum(['image_model', 'presentation_attack']),
  enabled: z.boolean(),
  /** In the folder `models` of DATA_DIR. */
  file: z.string().regex(/^[\w.-]+\.onnx$/),
  /** Where `npm run models fetch` gets the file; null for one that is put there by hand. */
  url: z.httpUrl().nullable(),
  /** Of the file; anything else is refused. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  licence: z.string().min(1).max(200),
  input: z.strictObject({
    /** Pixels of the square picture's side. */
    side: z.int().min(16).max(640),
    layout: z.enum(['nchw', 'nhwc']),
    colour: z.enum(['rgb', 'bgr']),
    /** Each value is `byte * scale + offset`, the offset by plane. */
    scale: z.number().positive(),
    offset: z.tuple([z.number(), z.number(), z.number()]),
    /** Side of the square that is cut out, as a multiple of the face box's longer side. */
    crop: z.number().min(0.5).max(6),
  }),
  output: z.strictObject({
    activation: z.enum(['none', 'sigmoid', 'softmax']),
    /** Which of the first output's values is the class below. */
    index: z.int().min(0).max(999),
    means: z.enum(['fake', 'genuine']),
    /** What the model gives for the test picture of `Classifier`, as P(fake); checked at every load where it is known. */
    selfTest: z.number().min(0).max(1).nullable(),
  }),
  /** log-likelihood ratio = slope * logit(P(fake)) + intercept. Null: the logit itself, within the small cap. */
  calibration: z
    .strictObject({
      slope: z.number(),
      intercept: z.number(),
      /** On what it was fitted, and when. */
      source: z.string().min(1).max(500),
      date: z.iso.date(),
    })
    .nullable(),
  /** Model card: on what it was trained, how good it is where, what it cannot tell. */
  card: z.string().min(1).max(4000),
});
export type CatalogEntry = z.infer<typeof catalogEntry>;
export type Calibration = NonNullable<CatalogEntry['calibration']>;

export const catalogEntries = z
  .array(catalogEntry)
  .max(8)
  .refine(
    (entries) => new Set(entries.map(({ name }) => name)).size === entries.length,
    'two models have the same name',
  );
