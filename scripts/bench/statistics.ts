/** @param share - 0 to 1. Nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export interface Row {
  measured: string;
  /** What we aim at, in words. */
  aim: string;
  value: string;
  n: number;
}

export function table(rows: readonly Row[]): string {
  const head = ['measured', 'aim', 'value', 'n'];
  const cells = [head, ...rows.map((r) => [r.measured, r.aim, r.value, String(r.n)])];
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n');
}
