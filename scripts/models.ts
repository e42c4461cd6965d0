/** npm run models [-- list | fetch | verify]: the catalog of models (config/models.yaml) and its files. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CatalogEntry } from '../src/analysis/models/catalogEntry.ts';
import { Classifier } from '../src/analysis/models/Classifier.ts';
import { loadConfig } from '../src/config.ts';
import { modelFolder, readCatalog } from '../src/modelCatalog.ts';

const HELP = `usage: npm run models [-- COMMAND]

  list    what is in the catalog, and whether its files are there (default)
  fetch   gets the files that have an address and are not there yet; another hash is refused
  verify  hash, test picture and time of every file that is there; ends with 1 if one is refused

The catalog is config/models.yaml, files are in the folder models of DATA_DIR.`;

const catalog = 'config/models.yaml';
const MAX_BYTES = 512 * 1024 * 1024;

type State = 'there' | 'absent' | 'another file';

export async function stateOf(folder: string, entry: CatalogEntry): Promise<State> {
  const file = await readFile(path.join(folder, entry.file)).catch(() => null);
  if (!file) return 'absent';
  return createHash('sha256').update(file).digest('hex') === entry.sha256 ? 'there' : 'another file';
}

/** @throws When it cannot be had, or is not the file that the catalog names. */
export async function fetchModel(folder: string, { name, url, sha256, file }: CatalogEntry): Promise<void> {
  if (url === null) throw new Error(`${name} has no address: put the file ${file} into ${folder}`);
  const response = await fetch(url, { signal: AbortSignal.timeout(600_000) });
  if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length > MAX_BYTES) throw new Error(`${name}: the file is too large`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256)
    throw new Error(`${name}: the file has the hash ${found}, not the one of the catalog: it is refused`);
  await mkdir(folder, { recursive: true });
  const unfinished = path.join(folder, `${file}.unfinished`);
  await writeFile(unfinished, bytes, { mode: 0o600 });
  await rename(unfinished, path.join(folder, file));
}

async function list(folder: string, entries: readonly CatalogEntry[]): Promise<number> {
  for (const entry of entries) {
    const state = await stateOf(folder, entry);
    console.log(`${entry.name}  ${entry.analyzer}  ${entry.enabled ? 'on' : 'off'}  file: ${state}`);
    console.log(`    ${entry.licence}`);
    console.log(`    ${entry.card.trim()}`);
    if (entry.calibration) console.log(`    calibrated on ${entry.calibration.source}, ${entry.calibration.date}`);
  }
  return 0;
}

async function fetchAll(folder: string, entries: readonly CatalogEntry[]): Promise<number> {
  let failed = 0;
  for (const entry of entries) {
    if ((await stateOf(folder, entry)) === 'there') continue;
    try {
      await fetchModel(folder, entry);
      console.log(`${entry.name}: fetched`);
    } catch (error) {
      failed++;
      console.log(error instanceof Error ? error.message : String(error));
    }
  }
  return failed === 0 ? 0 : 1;
}

async function verify(folder: string, entries: readonly CatalogEntry[]): Promise<number> {
  let refused = 0;
  for (const entry of entries) {
    if ((await stateOf(folder, entry)) === 'absent') {
      console.log(`${entry.name}: absent`);
      continue;
    }
    try {
      const { warmMs, selfTest } = await Classifier.load(folder, entry);
      console.log(
        `${entry.name}: usable, ${warmMs.toFixed(1)} ms a picture, ${selfTest.toFixed(4)} for the test picture`,
      );
    } catch (error) {
      refused++;
      console.log(error instanceof Error ? error.message : String(error));
    }
  }
  return refused === 0 ? 0 : 1;
}

const commands = { list, fetch: fetchAll, verify };

async function main(name = 'list'): Promise<number> {
  if (!Object.hasOwn(commands, name)) {
    console.log(HELP);
    return name === '--help' ? 0 : 2;
  }
  const { dataDir } = loadConfig({ env: process.env, cwd: process.cwd() });
  return commands[name as keyof typeof commands](modelFolder(dataDir), readCatalog(catalog));
}

if (import.meta.main) process.exitCode = await main(process.argv[2]);
