import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const file = new URL('../../docs/scoreboard.json', import.meta.url);

const result = z.strictObject({
  /** Such as `fuzz states`; the command that repeats it is `npm run` and this. */
  name: z.string(),
  /** Inputs tried, or faults brought about. */
  tried: z.int().min(0),
  unit: z.string(),
  /** Rules broken, calls or records lost, things left over. */
  lost: z.int().min(0),
  seed: z.int().nullable(),
  /** The first seed that was not used: a run from there on is the continuation of this one. */
  nextSeed: z.int().optional(),
  /** Runs that were added up. */
  runs: z.int().min(2).optional(),
  seconds: z.int().min(0),
  /** ISO 8601, a day. */
  on: z.string(),
  note: z.string().optional(),
});
export type Result = z.infer<typeof result>;

export function loadResults(): Result[] {
  return existsSync(file) ? z.array(result).parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
}

export function saveResult(run: Omit<Result, 'on'>): void {
  const next = withRun(loadResults(), { ...run, on: new Date().toISOString().slice(0, 10) });
  writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`);
}

/**
 * Keeps the largest run of each name, and every later one in which something was lost. One that begins with the seed
 * after the last one's is its continuation, and both count as one: long campaigns may be run in pieces.
 */
export function withRun(results: readonly Result[], run: Result): Result[] {
  const before = results.find(({ name }) => name === run.name);
  const continues = before?.nextSeed !== undefined && before.nextSeed === run.seed;
  if (before && !continues && before.tried > run.tried && run.lost === 0) return [...results];
  const kept = before && continues ? sum(before, run) : run;
  const rest = results.filter(({ name }) => name !== run.name);
  return [...rest, kept].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sum(before: Result, run: Result): Result {
  return {
    ...run,
    seed: before.seed,
    runs: (before.runs ?? 1) + 1,
    tried: before.tried + run.tried,
    lost: before.lost + run.lost,
    seconds: before.seconds + run.seconds,
  };
}

/** For people, widths fitted. */
export function scoreboard(results: readonly Result[]): string {
  const head = ['run', 'tried', 'lost', 'seconds', 'seed', 'on'];
  const rows = results.map(({ name, tried, unit, lost, seconds, seed, runs, on, note }) => {
    const inRuns = runs === undefined ? '' : `in ${runs} runs`;
    const notes = [inRuns, note ?? ''].filter(Boolean).join('; ');
    return [name, `${tried} ${unit}`, String(lost), String(seconds), seed === null ? '' : String(seed), on, notes];
  });
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
