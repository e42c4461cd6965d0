import { IconChevronDown, IconUserSquare } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { useNarrow } from '../../parts/useNarrow.ts';
import styles from './Stage.module.css';
import { Tile } from './Tile.tsx';

type Corner = `${'top' | 'bottom'}-${'left' | 'right'}`;

/** The own picture: mirrored, in a corner of one's choice (drag, or arrow keys when focused), and out of the way on wish. */
export function SelfView({ person }: { person: CallPerson }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [chosen, setCorner] = useState<Corner | null>(null);
  const [tucked, setTucked] = useState(false);
  const corner = chosen ?? (narrow ? 'top-right' : 'bottom-right');
  const drag = useDrag(setCorner);
  if (tucked) {
    const label = t('call.showSelf');
    return (
      <button type="button" className={styles.untuck} aria-label={label} title={label} onClick={() => setTucked(false)}>
        <IconUserSquare size={22} stroke={1.8} aria-hidden />
      </button>
    );
  }
  return (
    <div
      className={styles.self}
      data-corner={corner}
      tabIndex={0}
      role="group"
      aria-label={t('call.moveSelf')}
      onKeyDown={(event) => event.target === event.currentTarget && setCorner(cornerAfter(corner, event))}
      {...drag}
    >
      <Tile person={person} ring={false} style={{ height: '100%', borderRadius: 'inherit' }} />
      <button
        type="button"
        className={styles.tuck}
        aria-label={t('call.hideSelf')}
        title={t('call.hideSelf')}
        onClick={() => setTucked(true)}
      >
        <IconChevronDown size={18} stroke={1.8} aria-hidden />
      </button>
    </div>
  );
}

function cornerAfter(corner: Corner, event: KeyboardEvent): Corner {
  const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
  switch (event.key) {
    case 'ArrowUp':
      return `top-${horizontal}`;
    case 'ArrowDown':
      return `bottom-${horizontal}`;
    case 'ArrowLeft':
      return `${vertical}-left`;
    case 'ArrowRight':
      return `${vertical}-right`;
    default:
      return corner;
  }
}

/** Follows the pointer while dragged and drops into the nearest corner of the stage. */
function useDrag(onDrop: (corner: Corner) => void) {
  const start = useRef<{ x: number; y: number } | null>(null);
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.target instanceof Element && event.target.closest('button')) return;
      start.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: ({ currentTarget, clientX, clientY }: PointerEvent<HTMLDivElement>) => {
      if (!start.current) return;
      currentTarget.dataset.dragging = '';
      currentTarget.style.transform = `translate(${clientX - start.current.x}px, ${clientY - start.current.y}px)`;
    },
    onPointerUp: ({ currentTarget }: PointerEvent<HTMLDivElement>) => {
      const stage = currentTarget.parentElement?.getBoundingClientRect();
      const box = currentTarget.getBoundingClientRect();
      const moved = 'dragging' in currentTarget.dataset;
      start.current = null;
      delete currentTarget.dataset.dragging;
      currentTarget.style.transform = '';
      if (!stage || !moved) return;
      const left = box.left + box.width / 2 < stage.left + stage.width / 2;
      const top = box.top + box.height / 2 < stage.top + stage.height / 2;
      onDrop(`${top ? 'top' : 'bottom'}-${left ? 'left' : 'right'}`);
    },
  };
}
