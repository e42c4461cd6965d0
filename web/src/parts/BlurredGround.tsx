import { useEffect, useRef, type RefObject } from 'react';

const width = 32;
const height = 18;
const everyMs = 1000;

export interface BlurredGroundProps {
  /** Element in which the first video is the one whose colours are taken. */
  around: RefObject<HTMLElement | null>;
  className?: string | undefined;
}

/**
 * A picture's own colours, blurred, as a ground: a few pixels drawn once a second. Blurring the video itself would cost
 * a whole core where there is no graphics processor.
 */
export function BlurredGround({ around, className }: BlurredGroundProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const video = around.current?.querySelector('video');
      if (video && video.videoWidth > 0) ref.current?.getContext('2d')?.drawImage(video, 0, 0, width, height);
    };
    draw();
    const soon = setTimeout(draw, everyMs / 4);
    const timer = setInterval(draw, everyMs);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [around]);
  return <canvas ref={ref} className={className} width={width} height={height} aria-hidden />;
}
