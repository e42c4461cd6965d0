import { useRef } from 'react';
import type { CallPerson } from '../../call/people.ts';
import { SelfView } from './SelfView.tsx';
import styles from './Stage.module.css';
import { Tile } from './Tile.tsx';
import { useTileMoves } from './useTileMoves.ts';

/** The other person fills the stage, the own picture sits in a corner. */
export function OneToOne({ other, self }: { other: CallPerson; self: CallPerson }) {
  const root = useRef<HTMLDivElement>(null);
  useTileMoves(root, 'one');
  return (
    <div ref={root} className={styles.one}>
      <Tile person={other} hero ring={false} className={styles.hero} />
      <SelfView person={self} />
    </div>
  );
}
