import { useEffect, useRef, type RefObject } from 'react';

const width = 32;
const height = 18;
const overlap = 3;
const everyMs = 1000;

export interface BlurredGroundProps {
  /** Element in which the first video is the one whose colours are taken. */
  around: RefObject<HTMLElement | null>;
  className?: string | undefined;
}

/**
 * A picture's own colours, blurred, as a ground: a few pixels drawn once a second and stretched. A blur in the style
 * sheet would be computed for every frame that is drawn, a whole core where there is no graphics processor.
 */
export function BlurredGround({ around, className }: BlurredGroundProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const video = around.current?.querySelector('video');
      const context = ref.current?.getContext('2d');
      if (!context || !video || video.videoWidth === 0) return;
      context.filter = 'blur(2px)';
      // A little larger than the canvas, because a blur pales towards the edges.
      context.drawImage(video, -overlap, -overlap, width + 2 * overlap, height + 2 * overlap);
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
