import type { Sign } from '../call/signs.ts';

/** Pure geometry of the plots. */

export interface BandPart {
  sign: Sign;
  /** ms; parts are as wide as they are long. */
  lengthMs: number;
}

export interface Sample {
  atMs: number;
  value: number | null;
}

export interface PlotBox {
  fromMs: number;
  toMs: number;
  /** Value at the top edge. */
  top: number;
}

/** Plots are drawn in a box of this size and stretched to their place. */
export const plotSize = { width: 1000, height: 100 } as const;

const x = (atMs: number, { fromMs, toMs }: PlotBox): number =>
  round(((atMs - fromMs) / Math.max(1, toMs - fromMs)) * plotSize.width);
const y = (value: number, { top }: PlotBox): number => round((1 - value / Math.max(top, 1e-9)) * plotSize.height);
const round = (n: number): number => Math.round(n * 10) / 10;

/** An SVG path through samples as steps: a value holds until the next one. Null breaks the line: nothing was known. */
export function stepPath(samples: readonly Sample[], box: PlotBox): string {
  let path = '';
  let open = false;
  for (const [index, { atMs, value }] of samples.entries()) {
    if (value === null) {
      open = false;
      continue;
    }
    const until = samples[index + 1]?.atMs ?? box.toMs;
    path += open ? `V${y(value, box)}` : `M${x(atMs, box)} ${y(value, box)}`;
    path += `H${x(Math.min(until, box.toMs), box)}`;
    open = true;
  }
  return path;
}

/** An SVG path straight from sample to sample; one that stands alone is a dot. */
export function linePath(samples: readonly Sample[], box: PlotBox): string {
  let path = '';
  let open = false;
  for (const { atMs, value } of samples) {
    if (value !== null)
      path += `${open ? 'L' : 'M'}${x(atMs, box)} ${y(Math.min(value, box.top), box)}${open ? '' : 'h0'}`;
    open = value !== null;
  }
  return path;
}

/** A round number at or above `max`, for the top of an axis. */
export function niceTop(max: number): number {
  if (max <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(max));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((n) => n * unit >= max) ?? 10;
  return step * unit;
}
