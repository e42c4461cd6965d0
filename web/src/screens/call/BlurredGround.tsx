import { useEffect, useRef, type RefObject } from 'react';
import styles from '../../parts/Tile.module.css';

const width = 32;
const height = 18;
const everyMs = 500;

/** What stands beside a picture that does not fill its tile: a few of its own colours, blurred. */
export function BlurredGround({ tile }: { tile: RefObject<HTMLElement | null> }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const video = tile.current?.querySelector('video');
      if (video && video.videoWidth > 0) ref.current?.getContext('2d')?.drawImage(video, 0, 0, width, height);
    };
    draw();
    const timer = setInterval(draw, everyMs);
    return () => clearInterval(timer);
  }, [tile]);
  return <canvas ref={ref} className={styles.ground} width={width} height={height} aria-hidden />;
}
