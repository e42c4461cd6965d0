/** Pure layout of the call's tiles. */

export interface GridShape {
  columns: number;
  rows: number;
  /** Tiles that fit on one page at their smallest size. */
  perPage: number;
}

export interface Stage {
  /** CSS px. */
  width: number;
  height: number;
  /** CSS px between tiles. */
  gap: number;
}

const smallest = { width: 132, height: 84 };
const pictureRatio = 16 / 9;

/** Tiles on one page at most, by the window's width in CSS px. */
export function pageLimit(windowWidth: number): number {
  if (windowWidth < 768) return 8;
  return windowWidth < 1280 ? 12 : 16;
}

/**
 * Columns and rows for `count` tiles: the arrangement with the largest picture area, where cutting off heads (a tile
 * wider than the picture) costs more than cutting off walls, and empty places cost a little. When not all fit, fewer
 * are put on a page.
 */
export function gridShape(count: number, stage: Stage): GridShape {
  for (let n = Math.max(1, count); n > 1; n -= 1) {
    const columns = bestColumns(n, stage);
    if (columns !== null) return { columns, rows: Math.ceil(n / columns), perPage: n };
  }
  return { columns: 1, rows: 1, perPage: 1 };
}

function bestColumns(count: number, { width, height, gap }: Stage): number | null {
  let best: { columns: number; score: number } | null = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tileWidth = (width - gap * (columns - 1)) / columns;
    const tileHeight = (height - gap * (rows - 1)) / rows;
    if (tileWidth < smallest.width || tileHeight < smallest.height) continue;
    const ratio = tileWidth / tileHeight;
    const kept = ratio > pictureRatio ? (pictureRatio / ratio) ** 2 : Math.sqrt(ratio / pictureRatio);
    const score = tileWidth * tileHeight * kept * (1 - (0.15 * (columns * rows - count)) / count);
    if (best === null || score > best.score) best = { columns, score };
  }
  return best?.columns ?? null;
}

export interface Orderable {
  peerId: string;
  self: boolean;
  pinned: boolean;
  risk: boolean;
  /** Page clock ms of when this person last took a place by speaking; 0: never. */
  placeAtMs: number;
  cameraOn: boolean;
  /** ISO 8601, as the server said. */
  joinedAt: string;
}

/**
 * The order of tiles over all pages. Who is on page one: pinned and risk always, then who took a place by speaking last,
 * cameras that are on, who joined first. Within a page nobody moves because somebody speaks: pinned, risk, then in order
 * of joining. The own tile is the last of page one.
 */
export function orderTiles<T extends Orderable>(people: readonly T[], perPage: number): T[] {
  const others = people.filter((person) => !person.self).sort(byRank);
  const self = people.filter((person) => person.self);
  const firstPage = Math.max(0, perPage - self.length);
  const ordered = [...others.slice(0, firstPage).sort(byPlace), ...self];
  for (let start = firstPage; start < others.length; start += perPage) {
    ordered.push(...others.slice(start, start + perPage).sort(byPlace));
  }
  return ordered;
}

function byRank(a: Orderable, b: Orderable): number {
  return byWeight(a, b) || b.placeAtMs - a.placeAtMs || Number(b.cameraOn) - Number(a.cameraOn) || byPlace(a, b);
}

function byPlace(a: Orderable, b: Orderable): number {
  return byWeight(a, b) || a.joinedAt.localeCompare(b.joinedAt) || a.peerId.localeCompare(b.peerId);
}

function byWeight(a: Orderable, b: Orderable): number {
  return Number(b.pinned) - Number(a.pinned) || Number(b.risk) - Number(a.risk);
}

/** Who speaks for so long takes a place on page one, ms. */
const speakForMs = 1500;
/** A place that was taken is kept for so long, ms. */
const keepPlaceMs = 3000;

/** How long somebody who begins to speak now must go on before taking a place, ms. @param takenAtMs - The last taking. */
export function waitForPlaceMs(nowMs: number, takenAtMs: number): number {
  return Math.max(speakForMs, takenAtMs + keepPlaceMs - nowMs);
}
