import { useEffect, useState } from 'react';
import { Hearing } from '../call/media/Hearing.ts';

const readEveryMs = 66;

/** Loudness of a microphone from 0 to 1, about 15 times a second; 0 without a track. */
export function useMicLevel(track: MediaStreamTrack | null): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (track === null) {
      setLevel(0);
      return;
    }
    const hearing = new Hearing(track, readEveryMs, setLevel);
    return () => hearing.close();
  }, [track]);
  return level;
}
