import { useEffect, useRef, type RefObject } from 'react';
import { useCall } from './callContext.tsx';

/** Tells the call how large a video is shown here, so that the server sends no more than can be seen. */
export function useTileSize(consumerId: string | null): RefObject<HTMLDivElement | null> {
  const call = useCall();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (!element || consumerId === null) return;
    const tile = {};
    const floats = element.ownerDocument !== document;
    const tell = (): void => {
      const size = { width: element.clientWidth, height: element.clientHeight };
      call.showVideo(consumerId, tile, { size, floats });
    };
    // At once as well: the observer waits for the page to be drawn, which may be late while a call begins.
    tell();
    const observer = new ResizeObserver(tell);
    observer.observe(element);
    return () => {
      observer.disconnect();
      call.showVideo(consumerId, tile, null);
    };
  }, [call, consumerId]);
  return ref;
}
