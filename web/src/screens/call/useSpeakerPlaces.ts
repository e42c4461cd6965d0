import { useEffect, useRef, useState } from 'react';
import { waitForPlaceMs } from '../../call/grid.ts';
import { useCallState } from './callContext.tsx';

/** When each person last took a place by speaking, page clock ms. Whoever only coughs takes none. */
export function useSpeakerPlaces(): Readonly<Record<string, number>> {
  const speaker = useCallState((state) => state.activeSpeaker);
  const [places, setPlaces] = useState<Readonly<Record<string, number>>>({});
  const takenAtMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (speaker === null) return;
    const timer = setTimeout(
      () => {
        takenAtMs.current = performance.now();
        setPlaces((before) => ({ ...before, [speaker]: takenAtMs.current }));
      },
      waitForPlaceMs(performance.now(), takenAtMs.current),
    );
    return () => clearTimeout(timer);
  }, [speaker]);
  return places;
}
