import { useStore } from 'zustand';
import { Sound } from '../../parts/Video.tsx';
import { mediaChoices } from '../../session/mediaChoices.ts';
import { useCallState } from './callContext.tsx';

/** Plays what the others say, apart from their pictures. */
export function CallSounds() {
  const tracks = useCallState((state) => state.tracks);
  const speakerId = useStore(mediaChoices, ({ deviceIds }) => deviceIds.speaker);
  return Object.values(tracks)
    .filter(({ track, stopped }) => track.kind === 'audio' && !stopped)
    .map(({ consumerId, track }) => <Sound key={consumerId} track={track} speakerId={speakerId} />);
}
