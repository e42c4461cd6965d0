import { useEffect, useState } from 'react';
import { loudness } from '../call/media/talking.ts';

/** Loudness of a microphone from 0 to 1, about 15 times a second; 0 without a track. */
export function useMicLevel(track: MediaStreamTrack | null): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (track === null) {
      setLevel(0);
      return;
    }
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      setLevel(loudness(samples));
    }, 66);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [track]);
  return level;
}
