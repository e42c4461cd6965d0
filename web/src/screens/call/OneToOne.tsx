import type { CallPerson } from '../../call/people.ts';
import { SelfView } from './SelfView.tsx';
import styles from './Stage.module.css';
import { Tile } from './Tile.tsx';

/** The other person fills the stage, the own picture sits in a corner. */
export function OneToOne({ other, self }: { other: CallPerson; self: CallPerson }) {
  return (
    <>
      <Tile person={other} hero ring={false} className={styles.hero} />
      <SelfView person={self} />
    </>
  );
}
