import { useRef } from 'react';
import type { CallPerson } from '../../call/people.ts';
import { useLayout } from './layout.ts';
import styles from './Stage.module.css';
import { Tile } from './Tile.tsx';
import { useSpeakerPlaces } from './useSpeakerPlaces.ts';
import { useTileMoves } from './useTileMoves.ts';

/** One person large: who is pinned, else who spoke last; everybody else in a strip. */
export function SpotlightStage({ others, self }: { others: readonly CallPerson[]; self: CallPerson }) {
  const root = useRef<HTMLDivElement>(null);
  const { pinned } = useLayout();
  const places = useSpeakerPlaces();
  const placeOf = ({ peerId }: CallPerson): number => places[peerId] ?? 0;
  const [spoke] = others.toSorted((a, b) => placeOf(b) - placeOf(a));
  const large = others.find(({ peerId }) => peerId === pinned) ?? spoke;
  const small = [...others.filter((person) => person !== large), self];
  useTileMoves(root, large?.peerId ?? '');
  return (
    <div ref={root} className={styles.split}>
      {large && <Tile key={large.peerId} person={large} hero />}
      <div className={styles.strip}>
        {small.map((person) => (
          <Tile key={person.peerId} person={person} />
        ))}
      </div>
    </div>
  );
}
