import { createContext, useContext, useLayoutEffect, useRef, type RefObject } from 'react';

/** Where each person's tile was last, by peer id; one map for all layouts of a call. */
export const TilePlaces = createContext<Map<string, DOMRect>>(new Map());

const moving = { duration: 320, easing: 'cubic-bezier(.2,.8,.2,1)' };
const appearing = { duration: 200 };

/**
 * Lets tiles move to their new places when `key` changes: when the layout does, or people come and go. By transform
 * only, from where they were; when the window is resized they are where they belong at once.
 */
export function useTileMoves(root: RefObject<HTMLElement | null>, key: string): void {
  const places = useContext(TilePlaces);
  const before = useRef<string | null>(null);
  useLayoutEffect(() => {
    const tiles = [...(root.current?.querySelectorAll<HTMLElement>('[data-testid="tile"]') ?? [])];
    if (tiles.length === 0) return;
    const moves = before.current !== key && places.size > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    before.current = key;
    for (const tile of tiles) {
      const peerId = tile.dataset.peer ?? '';
      const from = places.get(peerId);
      const to = tile.getBoundingClientRect();
      places.set(peerId, to);
      if (!moves) continue;
      if (from) move(tile, from, to);
      else tile.animate([{ opacity: 0 }, { opacity: 1 }], appearing);
    }
  });
}

function move(tile: HTMLElement, from: DOMRect, to: DOMRect): void {
  const [x, y] = [from.left - to.left, from.top - to.top];
  if (Math.abs(x) + Math.abs(y) + Math.abs(from.width - to.width) < 2 || to.width === 0) return;
  const start = `translate(${x}px, ${y}px) scale(${from.width / to.width}, ${from.height / to.height})`;
  tile.animate(
    [
      { transform: start, transformOrigin: '0 0' },
      { transform: 'none', transformOrigin: '0 0' },
    ],
    moving,
  );
}
