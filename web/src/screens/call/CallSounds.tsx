import { Sound } from '../../parts/Video.tsx';
import { useCallState } from './callContext.tsx';

/** Plays what the others say, apart from their pictures. */
export function CallSounds() {
  const tracks = useCallState((state) => state.tracks);
  return Object.values(tracks)
    .filter(({ track, stopped }) => track.kind === 'audio' && !stopped)
    .map(({ consumerId, track }) => <Sound key={consumerId} track={track} />);
}
