import graph from '@mediapipe/selfie_segmentation/selfie_segmentation.binarypb?url';
import program from '@mediapipe/selfie_segmentation/selfie_segmentation.js?url';
import model from '@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url';
import glue from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.js?url';
import wasm from '@mediapipe/selfie_segmentation/selfie_segmentation_solution_simd_wasm_bin.wasm?url';
import type { Results, SelfieSegmentation } from '@mediapipe/selfie_segmentation';

/**
 * MediaPipe's selfie segmentation (Apache-2.0): which pixels are the person. Program and model come from the page's own
 * server when first needed, and pictures stay in the page. Needs WebGL 2 and WASM with SIMD.
 */

const files: Readonly<Record<string, string>> = {
  'selfie_segmentation.binarypb': graph,
  'selfie_segmentation_landscape.tflite': model,
  'selfie_segmentation_solution_simd_wasm_bin.js': glue,
  'selfie_segmentation_solution_simd_wasm_bin.wasm': wasm,
};
/** The model of 256x144 input. */
const landscapeModel = 1;

type Global = typeof globalThis & { SelfieSegmentation?: typeof SelfieSegmentation };

/** @throws Error where the browser lacks what it needs. */
export async function createSegmentation(onResults: (results: Results) => void): Promise<SelfieSegmentation> {
  if (!hasGraphics()) throw new Error('no graphics processor for WebGL 2');
  const Segmentation = await load();
  const made = new Segmentation({
    locateFile: (name) => {
      const url = files[name];
      if (url === undefined) throw new Error(`no such part: ${name}`);
      return url;
    },
  });
  made.setOptions({ modelSelection: landscapeModel });
  made.onResults(onResults);
  await made.initialize();
  return made;
}

/**
 * Without a graphics processor one picture takes seconds of the page's time (13 s for the first one on two busy cores),
 * in which nothing else goes on.
 */
function hasGraphics(): boolean {
  const canvas = document.createElement('canvas');
  return canvas.getContext('webgl2', { failIfMajorPerformanceCaveat: true }) !== null;
}

let loading: Promise<typeof SelfieSegmentation> | null = null;

function load(): Promise<typeof SelfieSegmentation> {
  loading ??= loadScript(program).then(
    () => {
      const { SelfieSegmentation } = globalThis as Global;
      if (!SelfieSegmentation) throw new Error('the program did not define itself');
      return SelfieSegmentation;
    },
    (error: unknown) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** The program is no module: it puts itself into the global scope. */
function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error('the program did not load')));
    document.head.append(script);
  });
}
