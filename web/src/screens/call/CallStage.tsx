import { useRef, useState, type KeyboardEvent } from 'react';
import type { CallPerson } from '../../call/people.ts';
import { useCallState } from './callContext.tsx';
import { Alone } from './Alone.tsx';
import styles from './CallScreen.module.css';
import { GridStage } from './GridStage.tsx';
import type { StageMode } from './layout.ts';
import { OneToOne } from './OneToOne.tsx';
import { Reconnecting } from './Reconnecting.tsx';
import { ShareStage, type SharedScreenView } from './ShareStage.tsx';
import { StatsPanel } from './StatsPanel.tsx';
import { SpotlightStage } from './SpotlightStage.tsx';
import { TilePlaces } from './useTileMoves.ts';
import { useRoving } from './useRoving.ts';

export interface CallStageProps {
  mode: StageMode;
  others: readonly CallPerson[];
  self: CallPerson;
  shares: readonly SharedScreenView[];
}

/** The people or the screen. For the Tab key it is one stop; arrow keys move between the plates. */
export function CallStage({ mode, others, self, shares }: CallStageProps) {
  const root = useRef<HTMLDivElement>(null);
  const [places] = useState(() => new Map<string, DOMRect>());
  const online = useCallState((state) => state.online);
  const direct = useCallState((state) => state.call?.callee !== null);
  useRoving(root, plateSelector);
  return (
    <TilePlaces value={places}>
      <div ref={root} className={styles.stage} onKeyDown={moveBetweenPlates}>
        <Layout mode={mode} others={others} self={self} shares={shares} />
        {others.length === 0 && shares.length === 0 && !direct && <Alone />}
        <StatsPanel />
        {!online && <Reconnecting />}
      </div>
    </TilePlaces>
  );
}

function Layout({ mode, others, self, shares }: CallStageProps) {
  const [other] = others;
  switch (mode) {
    case 'share':
      return <ShareStage shares={shares} people={[...others, self]} />;
    case 'spotlight':
      return <SpotlightStage others={others} self={self} />;
    case 'one':
      return other ? <OneToOne other={other} self={self} /> : null;
    case 'grid':
      return <GridStage others={others} self={self} />;
  }
}

const plateSelector = '[data-testid="tile"] > button';

/** To the nearest plate in the direction of the arrow. */
function moveBetweenPlates(event: KeyboardEvent<HTMLElement>): void {
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
  const from = event.target as HTMLElement;
  if (direction === undefined || !from.matches(plateSelector)) return;
  event.preventDefault();
  const [x = 0, y = 0] = direction;
  const here = middleOf(from);
  const nearest = [...event.currentTarget.querySelectorAll<HTMLElement>(plateSelector)]
    .filter((plate) => plate !== from)
    .map((plate) => {
      const there = middleOf(plate);
      const ahead = (there.x - here.x) * x + (there.y - here.y) * y;
      const aside = Math.abs((there.x - here.x) * y) + Math.abs((there.y - here.y) * x);
      return { plate, ahead, cost: ahead + 2 * aside };
    })
    .filter(({ ahead }) => ahead > 1)
    .toSorted((a, b) => a.cost - b.cost)[0];
  nearest?.plate.focus();
}

function middleOf(plate: HTMLElement): { x: number; y: number } {
  const { left, top, width, height } = (plate.parentElement ?? plate).getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}
