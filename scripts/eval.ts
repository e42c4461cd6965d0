/**
 * npm run eval [-- --quick | --minutes N | --parallel N | --only TEXT]: how often the detection is right, measured
 * through the real SFU path; see scripts/eval/. Writes docs/evaluation.md with its plots, and every look as JSON.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { mediaDir } from '../test/support/TestMonitor.ts';
import { castOf, type Role } from './eval/cast.ts';
import { loadClips } from './eval/clips.ts';
import { reportOf, type Report } from './eval/report.ts';
import { perform, type OperatorModels, type RunResult } from './eval/run.ts';
import { readCatalog } from '../src/modelCatalog.ts';

const HELP = `usage: npm run eval [-- OPTION...]

  --quick       a minute with generated pictures or one photo: does it work at all? Writes no document
  --minutes N   how long each generated person is watched (default 10)
  --parallel N  participants at a time (default 24)
  --only TEXT   kinds of participants whose name contains this
  --from FILE   writes the document anew from the looks of an earlier run (test-results/eval.json)
  --note TEXT   what else has to be known of this run
  --out DIR     where evaluation.md and its plots go (default docs)

Clips are taken from ../shared/media; where they are absent a pattern takes the place of people, and the document says so.`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    parallel: { type: 'string', default: '24' },
    only: { type: 'string', default: '' },
    from: { type: 'string' },
    note: { type: 'string', default: '' },
    out: { type: 'string', default: 'docs' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const { quick, from, note } = values;
  const run = from === undefined ? await newRun() : (JSON.parse(await readFile(from, 'utf8')) as RunResult);
  const options = { at: new Date(), media: mediaDir !== null, command: 'npm run eval', note };
  const report = reportOf(run, options);
  console.log(`\n${report.markdown}`);
  if (!quick) await writeReport(report);
}

async function newRun(): Promise<RunResult> {
  const { quick, only } = values;
  const clips = quick ? [] : await loadClips();
  const cast = await castOf({ clips, generatedS: 60 * Number(values.minutes), quick });
  const roles = cast.filter(({ kind }) => kind.includes(only));
  console.log(
    `${roles.length} participants, ${mediaDir ? `${clips.length} clips` : 'no clips: ../shared/media is absent'}`,
  );
  const run = await performAll(roles, quick ? null : operatorModels());
  await mkdir('test-results', { recursive: true });
  await writeFile('test-results/eval.json', JSON.stringify(run));
  return run;
}

async function writeReport({ markdown, plots }: Report): Promise<void> {
  const { out } = values;
  await mkdir(path.join(out, 'evaluation'), { recursive: true });
  const file = path.join(out, 'evaluation.md');
  const style = { ...(await prettier.resolveConfig(file)), parser: 'markdown' };
  await writeFile(file, await prettier.format(markdown, style));
  for (const [name, svg] of Object.entries(plots)) await writeFile(path.join(out, 'evaluation', name), svg);
}

/** The catalog's models whose files lie beside the checkout, on or off. */
function operatorModels(): OperatorModels | null {
  const folder = '../shared/models';
  const catalog = readCatalog('config/models.yaml').filter(({ file }) => existsSync(path.join(folder, file)));
  return catalog.length > 0 ? { folder, catalog } : null;
}

/** Operators' models see those whom they might tell apart, in a run of their own: they cost more than all the rest. */
async function performAll(roles: readonly Role[], models: OperatorModels | null): Promise<RunResult> {
  const options = { parallel: Number(values.parallel), say: (line: string) => console.log(line) };
  const forModels = (role: Role): boolean =>
    ['swap from the start', 'print or screen'].includes(role.kind) || (role.kind === 'real clip' && role.rate === 600);
  const plain = await perform(models ? roles.filter((role) => !forModels(role)) : roles, options);
  const judged = models ? await perform(roles.filter(forModels), { ...options, parallel: 4, models }) : null;
  return { ...plain, performances: [...plain.performances, ...(judged?.performances ?? [])] };
}

if (values.help) console.log(HELP);
else await main();
