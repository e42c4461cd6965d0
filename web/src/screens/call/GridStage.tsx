import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { gridShape, orderTiles, pageLimit, type GridShape } from '../../call/grid.ts';
import type { CallPerson } from '../../call/people.ts';
import styles from './Stage.module.css';
import { Tile } from './Tile.tsx';

/** Everybody in tiles of one size, as large as they fit; more than a page holds are on further pages. */
export function GridStage({ others, self }: { others: readonly CallPerson[]; self: CallPerson }) {
  const { ref, width, height } = useElementSize();
  const count = others.length + 1;
  const gap = window.innerWidth < 768 ? 6 : 8;
  const limit = pageLimit(window.innerWidth);
  const shape = useMemo(
    () => (width === 0 ? null : gridShape(Math.min(count, limit), { width, height, gap })),
    [count, limit, width, height, gap],
  );
  const perPage = Math.min(limit, shape?.perPage ?? limit);
  const pages = Math.max(1, Math.ceil(count / perPage));
  const [page, setPage] = usePage(pages);
  const people = orderTiles(
    [...others, self].map((person) => ({ ...person, risk: person.view.status === 'risk' })),
    perPage,
  );
  const shown = people.slice(page * perPage, (page + 1) * perPage);
  return (
    <div ref={ref} className={styles.grid}>
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
      {pages > 1 && <Dots pages={pages} page={page} onPage={setPage} />}
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

function usePage(pages: number): [number, (page: number) => void] {
  const [page, setPage] = useState(0);
  const current = Math.min(page, pages - 1);
  useEffect(() => {
    const turn = (event: KeyboardEvent): void => {
      const step = { PageUp: -1, PageDown: 1 }[event.key];
      if (step !== undefined) setPage(Math.max(0, Math.min(pages - 1, current + step)));
    };
    window.addEventListener('keydown', turn);
    return () => window.removeEventListener('keydown', turn);
  }, [pages, current]);
  return [current, setPage];
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
