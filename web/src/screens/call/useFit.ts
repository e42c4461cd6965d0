import { useEffect, useState, type RefObject } from 'react';
import { fitOf } from '../../call/layers.ts';

/** Follows the shapes of the tile and of the video in it. */
export function useFit(tile: RefObject<HTMLElement | null>, track: MediaStreamTrack | null): 'cover' | 'contain' {
  const [fit, setFit] = useState<'cover' | 'contain'>('cover');
  useEffect(() => {
    const element = tile.current;
    const video = element?.querySelector('video');
    if (!element || !video) return;
    const measure = (): void => {
      const { videoWidth: width, videoHeight: height } = video;
      const { clientWidth, clientHeight } = element;
      if (width > 0 && clientHeight > 0) setFit(fitOf({ width, height }, { width: clientWidth, height: clientHeight }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    video.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      video.removeEventListener('resize', measure);
    };
  }, [tile, track]);
  return fit;
}
