import { useEffect, useRef } from 'react';

export interface VideoProps {
  track: MediaStreamTrack;
  className?: string;
  testId?: string;
  /** What kind of picture it is, for those who look at the page from outside. */
  source?: 'camera' | 'screen';
}

/** Plays one video track, silently: sound is played apart from pictures, so that it goes on when they leave the page. */
export function Video({ track, className, testId, source = 'camera' }: VideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.srcObject = new MediaStream([track]);
    // Playing is refused only while the element is being replaced; the next track starts it again.
    video.play().catch(() => undefined);
    // A player with a live track is kept by the browser, and with it the whole tile, until it lets go of the track.
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={ref}
      className={className}
      data-testid={testId}
      data-source={source}
      muted
      playsInline
      autoPlay
      aria-hidden
      tabIndex={-1}
    />
  );
}

/** Plays one sound track. */
export function Sound({ track }: { track: MediaStreamTrack }) {
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    const play = (): void => void audio.play().catch(() => undefined);
    play();
    // A browser that wants a press before it plays gets it with the next one.
    document.addEventListener('pointerdown', play, { once: true });
    return () => {
      document.removeEventListener('pointerdown', play);
      audio.srcObject = null;
    };
  }, [track]);
  return <audio ref={ref} autoPlay />;
}
