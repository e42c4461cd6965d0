/** Plots as SVG, drawn by hand so that the documents need nothing to show them. */

export interface Curve {
  name: string;
  /** x and y, both in the units of the axes. */
  points: readonly (readonly [number, number])[];
  /** Drawn thin and pale: one of many. */
  faint?: boolean;
}

export interface PlotOptions {
  title: string;
  x: { label: string; to: number };
  y: { label: string; to: number };
  curves: readonly Curve[];
  /** Levels of y worth a line of their own. */
  levels?: readonly { y: number; name: string }[];
  /** Curves keep their last value until the next point. */
  steps?: boolean;
}

const WIDTH = 640;
const HEIGHT = 400;
const MARGIN = { left: 56, right: 170, top: 40, bottom: 48 };
/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

export function plot(options: PlotOptions): string {
  const { title, x, y, curves, levels = [], steps = false } = options;
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const atX = (value: number): number => round(MARGIN.left + (value / x.to) * (right - MARGIN.left));
  const atY = (value: number): number => round(bottom - (value / y.to) * (bottom - MARGIN.top));
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const named = [...new Set(curves.map(({ name }) => name))];
  const colourOf = (name: string): string => COLOURS[named.indexOf(name) % COLOURS.length]!;
  const parts = [
    text(MARGIN.left, 22, title, 'font-weight="600" font-size="14"'),
    ...ticks.flatMap((share) => [
      line(atX(share * x.to), MARGIN.top, atX(share * x.to), bottom, '#e5e5e5'),
      line(MARGIN.left, atY(share * y.to), right, atY(share * y.to), '#e5e5e5'),
      text(atX(share * x.to), bottom + 16, label(share * x.to), 'text-anchor="middle"'),
      text(MARGIN.left - 6, atY(share * y.to) + 4, label(share * y.to), 'text-anchor="end"'),
    ]),
    text((MARGIN.left + right) / 2, HEIGHT - 10, x.label, 'text-anchor="middle"'),
    `<text x="14" y="${(MARGIN.top + bottom) / 2}" transform="rotate(-90 14 ${(MARGIN.top + bottom) / 2})" text-anchor="middle">${escape(y.label)}</text>`,
    ...levels.flatMap((level) => [
      line(MARGIN.left, atY(level.y), right, atY(level.y), '#888', '4 3'),
      text(right + 6, atY(level.y) + 4, level.name, 'fill="#666"'),
    ]),
    ...curves.map(({ name, points, faint }) => {
      const path = pathOf(
        points.map(([a, b]) => [atX(a), atY(b)]),
        steps,
      );
      const look = faint ? 'stroke-width="1" stroke-opacity="0.35"' : 'stroke-width="2"';
      return `<path d="${path}" fill="none" stroke="${colourOf(name)}" ${look}/>`;
    }),
    ...named.flatMap((name, i) => [
      line(right + 8, 60 + 18 * i, right + 26, 60 + 18 * i, colourOf(name)),
      text(right + 30, 64 + 18 * i, name, ''),
    ]),
  ];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" role="img" aria-label="${escape(title)}">`;
  return [open, `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`, ...parts, '</svg>', ''].join('\n');
}

function pathOf(points: readonly (readonly [number, number])[], steps: boolean): string {
  return points.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : steps ? `H${x}V${y}` : `L${x} ${y}`)).join('');
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, dashes?: string): string {
  const dashed = dashes ? ` stroke-dasharray="${dashes}"` : '';
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"${dashed}/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function label(value: number): string {
  return String(Math.round(100 * value) / 100);
}
