import { existsSync } from 'node:fs';
import path from 'node:path';
import { fingerprint, stampOf } from './fingerprint.mjs';
import { localCache } from './paths.mjs';
import { projectNode, run } from './run.mjs';

/** Converts the models of the detection into .cache/models. */
export async function convertModels(say) {
  const folder = path.join(localCache, 'models');
  const stamp = stampOf('models');
  const print = fingerprint(['scripts/models', 'node_modules/@vladmandic/human/package.json']);
  if (stamp.matches(print) && existsSync(path.join(folder, 'manifest.json'))) return 'up to date';
  say('converting');
  await run(projectNode(), ['--import', 'tsx', 'scripts/models/convert.ts', '--out', folder], {
    say,
    progress: (line) => line,
    failure: 'The models could not be converted: remove node_modules and start again.',
  });
  stamp.write(print);
  return 'converted';
}
