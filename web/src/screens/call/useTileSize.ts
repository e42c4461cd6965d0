import { useEffect, useRef, type RefObject } from 'react';
import { useCall } from './callContext.tsx';

/** Tells the call how large a video is shown here, so that the server sends no more than can be seen. */
export function useTileSize(consumerId: string | null): RefObject<HTMLDivElement | null> {
  const call = useCall();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (!element || consumerId === null) return;
    const place = {};
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      call.showVideo(consumerId, place, { width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      call.showVideo(consumerId, place, null);
    };
  }, [call, consumerId]);
  return ref;
}
