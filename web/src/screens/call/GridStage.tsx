import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { gridShape, orderTiles, pageLimit, type GridShape } from '../../call/grid.ts';
import type { CallPerson } from '../../call/people.ts';
import { useLayout } from './layout.ts';
import styles from './Stage.module.css';
import { Tile } from './Tile.tsx';
import { useSpeakerPlaces } from './useSpeakerPlaces.ts';
import { useSwipe } from './useSwipe.ts';
import { useTileMoves } from './useTileMoves.ts';

/** Everybody in tiles of one size, as large as they fit; more than a page holds are on further pages. */
export function GridStage({ others, self }: { others: readonly CallPerson[]; self: CallPerson }) {
  const { ref: sized, width, height } = useElementSize();
  const root = useRef<HTMLDivElement>(null);
  const { pinned } = useLayout();
  const places = useSpeakerPlaces();
  const count = others.length + 1;
  const gap = window.innerWidth < 768 ? 6 : 8;
  const limit = pageLimit(window.innerWidth);
  const shape = useMemo(
    () => (width === 0 ? null : gridShape(Math.min(count, limit), { width, height, gap })),
    [count, limit, width, height, gap],
  );
  const perPage = Math.min(limit, shape?.perPage ?? limit);
  const pages = Math.max(1, Math.ceil(count / perPage));
  const { page, turnTo, step } = usePages(pages);
  const people = orderTiles(
    [...others, self].map((person) => ({
      ...person,
      pinned: person.peerId === pinned,
      risk: person.view.status === 'risk',
      placeAtMs: places[person.peerId] ?? 0,
    })),
    perPage,
  );
  const shown = people.slice(page * perPage, (page + 1) * perPage);
  useTileMoves(root, `${page} ${shown.map(({ peerId }) => peerId).join()}`);
  return (
    <div ref={useMergedRef(sized, root)} className={styles.grid} {...useSwipe(step)}>
      {shape &&
        shown.map((person, index) => (
          <div
            key={person.peerId}
            className={styles.cell}
            style={cellBox(index, shown.length, shape, { width, height, gap })}
          >
            <Tile person={person} />
          </div>
        ))}
      {pages > 1 && <Dots pages={pages} page={page} onPage={turnTo} />}
    </div>
  );
}

/** Where a tile stands; a short last row is centred. */
function cellBox(
  index: number,
  count: number,
  { columns, rows }: GridShape,
  { width, height, gap }: { width: number; height: number; gap: number },
) {
  const tileWidth = (width - gap * (columns - 1)) / columns;
  const tileHeight = (height - gap * (rows - 1)) / rows;
  const row = Math.floor(index / columns);
  const inRow = Math.min(columns, count - row * columns);
  const indent = ((columns - inRow) * (tileWidth + gap)) / 2;
  return {
    left: indent + (index % columns) * (tileWidth + gap),
    top: row * (tileHeight + gap),
    width: tileWidth,
    height: tileHeight,
  };
}

/** The page that is shown, turned by Page Up and Page Down as well; where something scrolls, they scroll it. */
function usePages(pages: number) {
  const [page, setPage] = useState(0);
  const current = Math.min(page, pages - 1);
  const turnTo = (wanted: number): void => setPage(Math.max(0, Math.min(pages - 1, wanted)));
  const step = (by: 1 | -1): void => turnTo(current + by);
  useEffect(() => {
    const turn = ({ key, target }: KeyboardEvent): void => {
      const by = { PageUp: -1 as const, PageDown: 1 as const }[key];
      const elsewhere = target instanceof Element && target.closest('aside, dialog, [role="menu"], [role="dialog"]');
      if (by !== undefined && !elsewhere) step(by);
    };
    window.addEventListener('keydown', turn);
    return () => window.removeEventListener('keydown', turn);
  });
  return { page: current, turnTo, step };
}

function Dots({ pages, page, onPage }: { pages: number; page: number; onPage: (page: number) => void }) {
  const { t } = useTranslation();
  return (
    <nav className={styles.dots} aria-label={t('call.pages')}>
      {Array.from({ length: pages }, (_, index) => (
        <button
          key={index}
          type="button"
          aria-label={t('call.page', { number: index + 1 })}
          aria-current={index === page ? 'page' : undefined}
          onClick={() => onPage(index)}
        >
          <i />
        </button>
      ))}
    </nav>
  );
}
