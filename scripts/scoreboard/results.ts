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
  seconds: z.int().min(0),
  /** ISO 8601, a day. */
  on: z.string(),
  note: z.string().optional(),
});
export type Result = z.infer<typeof result>;

export function loadResults(): Result[] {
  return existsSync(file) ? z.array(result).parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
}

/** Keeps the largest run of each name, and every later one in which something was lost. */
export function saveResult(run: Omit<Result, 'on'>): void {
  const all = loadResults();
  const before = all.find(({ name }) => name === run.name);
  if (before && before.tried > run.tried && run.lost === 0) return;
  const rest = all.filter(({ name }) => name !== run.name);
  const next = [...rest, { ...run, on: new Date().toISOString().slice(0, 10) }].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`);
}

/** For people, widths fitted. */
export function scoreboard(results: readonly Result[]): string {
  const head = ['run', 'tried', 'lost', 'seconds', 'seed', 'on'];
  const rows = results.map(({ name, tried, unit, lost, seconds, seed, on, note }) => {
    return [name, `${tried} ${unit}`, String(lost), String(seconds), seed === null ? '' : String(seed), on, note ?? ''];
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
