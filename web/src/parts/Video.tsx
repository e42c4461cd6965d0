import { useEffect, useLayoutEffect, useRef } from 'react';
import { onDevicesChanged } from '../call/media/devices.ts';
import { atEachPress } from '../call/pressed.ts';
import { play, releaseVideo, videoElement } from './videoElement.ts';
import styles from './Video.module.css';

export interface VideoProps {
  track: MediaStreamTrack;
  className?: string;
  testId?: string;
  /** What kind of picture it is, for those who look at the page from outside. */
  source?: 'camera' | 'screen';
}

/** Plays one video track, silently: sound is played apart from pictures, so that it goes on when they leave the page. */
export function Video({ track, className = '', testId, source = 'camera' }: VideoProps) {
  const host = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = videoElement(track);
    host.current?.append(element);
    play(element);
    // Safari plays not even silent pictures before a press while the battery is saved.
    const stopWaiting = atEachPress(() => {
      if (element.paused) play(element);
    });
    return () => {
      stopWaiting();
      releaseVideo(track, element);
    };
  }, [track]);
  useLayoutEffect(() => {
    const video = host.current?.querySelector('video');
    if (!video) return;
    video.className = className;
    video.dataset.source = source;
    if (testId === undefined) delete video.dataset.testid;
    else video.dataset.testid = testId;
  }, [track, className, testId, source]);
  return <span ref={host} className={styles.host} />;
}

/**
 * Plays one sound track.
 *
 * @param speakerId - The loudspeaker to use; null, or one that has gone: whichever the system prefers.
 */
export function Sound({ track, speakerId }: { track: MediaStreamTrack; speakerId: string | null }) {
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    const play = (): void => void audio.play().catch(() => undefined);
    play();
    const stopWaiting = atEachPress(() => {
      if (audio.paused) play();
    });
    return () => {
      stopWaiting();
      audio.srcObject = null;
    };
  }, [track]);
  useEffect(() => {
    const audio = ref.current;
    if (!audio || !('setSinkId' in audio)) return;
    const use = (): void => {
      void audio.setSinkId(speakerId ?? '').catch(() => audio.setSinkId('').catch(() => undefined));
    };
    use();
    // A loudspeaker that was unplugged leaves silence behind; one that comes back is taken up again.
    return speakerId === null ? undefined : onDevicesChanged(use);
  }, [speakerId]);
  return <audio ref={ref} autoPlay />;
}
