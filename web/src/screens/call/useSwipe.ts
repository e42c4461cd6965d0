import { useRef, type PointerEvent } from 'react';

/** A finger that moves less is a tap, CSS px. */
const leastPx = 48;

/** Tells of a finger that is drawn sideways: 1 to the left (the next page comes), -1 to the right. */
export function useSwipe(onSwipe: (step: 1 | -1) => void) {
  const start = useRef<{ id: number; x: number; y: number } | null>(null);
  return {
    onPointerDown: ({ pointerType, pointerId, isPrimary, clientX, clientY }: PointerEvent) => {
      start.current = pointerType === 'mouse' || !isPrimary ? null : { id: pointerId, x: clientX, y: clientY };
    },
    onPointerUp: ({ pointerId, clientX, clientY }: PointerEvent) => {
      if (start.current?.id !== pointerId) return;
      const x = clientX - start.current.x;
      const sideways = Math.abs(x) >= leastPx && Math.abs(x) > 2 * Math.abs(clientY - start.current.y);
      start.current = null;
      if (sideways) onSwipe(x < 0 ? 1 : -1);
    },
    onPointerCancel: () => {
      start.current = null;
    },
  };
}
