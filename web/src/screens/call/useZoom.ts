import { useEffect, type RefObject } from 'react';
import { doubleTap, pan, pinch, whole, zoomAt, type Point, type Zoom } from '../../call/zoom.ts';

const doubleTapMs = 300;
/** Farther apart two taps are two places, CSS px. */
const doubleTapPx = 24;
/** Wheel movement that doubles the size; trackpads send a pinch as a wheel with Ctrl. */
const wheelDoubles = 120;

/**
 * Enlarges the video in a frame: two fingers, a double tap or double click, Ctrl and the wheel; one finger or the mouse
 * moves what is enlarged.
 */
export function useZoom(frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const gesture = new ZoomGesture(element);
    return () => gesture.close();
  }, [frame]);
}

class ZoomGesture {
  readonly #frame: HTMLElement;
  readonly #fingers = new Map<number, Point>();
  readonly #listening = new AbortController();
  #zoom: Zoom = whole;
  #lastTap: (Point & { atMs: number }) | null = null;

  constructor(frame: HTMLElement) {
    this.#frame = frame;
    const { signal } = this.#listening;
    frame.addEventListener('pointerdown', this.#handleDown, { signal });
    frame.addEventListener('pointermove', this.#handleMove, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) frame.addEventListener(end, this.#handleEnd, { signal });
    frame.addEventListener('wheel', this.#handleWheel, { signal, passive: false });
    // The player may have been enlarged in an earlier place.
    this.#show(whole);
  }

  close(): void {
    this.#listening.abort();
  }

  #handleDown = (event: PointerEvent): void => {
    this.#frame.setPointerCapture(event.pointerId);
    const at = this.#placeOf(event);
    this.#fingers.set(event.pointerId, at);
    if (this.#fingers.size > 1) return void (this.#lastTap = null);
    const last = this.#lastTap;
    const again =
      last && event.timeStamp - last.atMs < doubleTapMs && Math.hypot(at.x - last.x, at.y - last.y) < doubleTapPx;
    this.#lastTap = again ? null : { ...at, atMs: event.timeStamp };
    if (again) this.#show(doubleTap(this.#zoom, at, this.#size));
  };

  #handleMove = (event: PointerEvent): void => {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const at = this.#placeOf(event);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.#fingers.set(event.pointerId, at);
    const size = this.#size;
    if (other) this.#show(pinch(this.#zoom, [before, other], [at, other], size));
    else if (this.#zoom.scale > 1) this.#show(pan(this.#zoom, { x: at.x - before.x, y: at.y - before.y }, size));
  };

  #handleEnd = (event: PointerEvent): void => {
    this.#fingers.delete(event.pointerId);
  };

  #handleWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#show(zoomAt(this.#zoom, 2 ** (-event.deltaY / wheelDoubles), this.#placeOf(event), this.#size));
  };

  get #size(): { width: number; height: number } {
    return { width: this.#frame.clientWidth, height: this.#frame.clientHeight };
  }

  #placeOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#frame.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #show(zoom: Zoom): void {
    this.#zoom = zoom;
    const video = this.#frame.querySelector('video');
    if (!video) return;
    video.style.transformOrigin = '0 0';
    video.style.transform = `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`;
    this.#frame.dataset.zoomed = String(zoom.scale > 1);
  }
}
