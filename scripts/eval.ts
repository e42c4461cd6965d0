/**
 * npm run eval [-- --quick | --minutes N | --parallel N | --only TEXT]: how often the detection is right, measured
 * through the real SFU path; see scripts/eval/. Writes docs/evaluation.md with its plots, and every look as JSON.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { mediaDir } from '../test/support/TestMonitor.ts';
import { castOf } from './eval/cast.ts';
import { loadClips } from './eval/clips.ts';
import { reportOf } from './eval/report.ts';
import { perform } from './eval/run.ts';

const HELP = `usage: npm run eval [-- OPTION...]

  --quick       a minute with generated pictures or one photo: does it work at all? Writes no document
  --minutes N   how long each generated person is watched (default 10)
  --parallel N  participants at a time (default 24)
  --only TEXT   kinds of participants whose name contains this
  --out DIR     where evaluation.md and its plots go (default docs)

Clips are taken from ../shared/media; where they are absent a pattern takes the place of people, and the document says so.`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    parallel: { type: 'string', default: '24' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: 'docs' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const { quick, only, out } = values;
  const clips = quick ? [] : await loadClips();
  const cast = await castOf({ clips, generatedS: 60 * Number(values.minutes), quick });
  const roles = cast.filter(({ kind }) => kind.includes(only));
  console.log(
    `${roles.length} participants, ${mediaDir ? `${clips.length} clips` : 'no clips: ../shared/media is absent'}`,
  );
  const run = await perform(roles, { parallel: Number(values.parallel), say: (line) => console.log(line) });
  const report = reportOf(run, { at: new Date(), media: mediaDir !== null, command: 'npm run eval' });
  await mkdir('test-results', { recursive: true });
  await writeFile('test-results/eval.json', JSON.stringify(run));
  console.log(`\n${report.markdown}`);
  if (quick) return;
  await mkdir(path.join(out, 'evaluation'), { recursive: true });
  const file = path.join(out, 'evaluation.md');
  const style = { ...(await prettier.resolveConfig(file)), parser: 'markdown' };
  await writeFile(file, await prettier.format(report.markdown, style));
  for (const [name, svg] of Object.entries(report.plots)) await writeFile(path.join(out, 'evaluation', name), svg);
}

if (values.help) console.log(HELP);
else await main();
