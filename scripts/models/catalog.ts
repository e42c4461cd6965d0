/** The package that carries the models, as TF.js graph models in its folder `models`. */
export const SOURCE_PACKAGE = '@vladmandic/human';

export interface CatalogEntry {
  name: string;
  purpose: string;
  /** Node of the TF.js graph -> name of the output. What these don't need is not converted. */
  outputs: Readonly<Record<string, string>>;
  licence: string;
}

/** The models that are converted at set-up. None of them is part of this repository. */
export const CATALOG: readonly CatalogEntry[] = [
  {
    name: 'blazeface',
    purpose: 'finds faces in a picture (256x256 RGB, x / 127.5 - 1)',
    // Two grids of anchors, named by the size of their cells in pixels.
    outputs: { Identity: 'scores16', Identity_2: 'boxes16', Identity_1: 'scores32', Identity_3: 'boxes32' },
    licence: 'Apache-2.0 (MediaPipe), by way of a package under the MIT licence',
  },
  {
    name: 'facemesh',
    purpose: 'lays 468 points over a face (192x192 RGB, x / 255)',
    outputs: { Identity_2: 'mesh', Identity_1: 'presence' },
    licence: 'Apache-2.0 (MediaPipe), by way of a package under the MIT licence',
  },
  {
    name: 'faceres',
    purpose: 'describes a face by 1024 numbers (224x224)',
    // Its other outputs guess age and gender, which this project must not infer.
    outputs: { 'global_pooling/Mean': 'features' },
    licence:
      'the package is under the MIT licence; no licence of the weights themselves was found (trained on VGGFace2)',
  },
];
