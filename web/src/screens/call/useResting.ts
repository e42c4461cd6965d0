import { useEffect, useState, type RefObject } from 'react';

const restAfterMs = 4000;
const firstRestAfterMs = 10_000;
/** Smaller movements are a hand on the table, CSS px. */
const movementPx = 4;

/**
 * Whether header and bar rest (are invisible): after 4 s without pointer, touch or key, not in the first 10 s, and
 * never while the focus is among them. They can still be pressed with a pointer, whose movement shows them first; a
 * touch that wakes them does nothing else.
 */
export function useResting(root: RefObject<HTMLElement | null>, allowed: boolean): boolean {
  const [resting, setResting] = useState(false);
  useEffect(() => {
    if (!allowed) {
      setResting(false);
      return;
    }
    let timer = setTimeout(rest, firstRestAfterMs);
    let asleep = false;
    function rest(): void {
      const focused = document.activeElement;
      const inside = focused !== document.body && root.current?.contains(focused) && focused?.matches(':focus-visible');
      if (inside || document.querySelector('[role=menu]')) return again();
      asleep = true;
      setResting(true);
    }
    function again(): void {
      clearTimeout(timer);
      timer = setTimeout(rest, restAfterMs);
    }
    function wake(): void {
      asleep = false;
      setResting(false);
      again();
    }
    function handleMove(event: PointerEvent): void {
      if (Math.abs(event.movementX) + Math.abs(event.movementY) > movementPx || !asleep) wake();
    }
    function handleDown(event: PointerEvent): void {
      if (asleep && event.pointerType === 'touch') swallowNextClick();
      wake();
    }
    window.addEventListener('pointermove', handleMove);
    window.addEventListener('pointerdown', handleDown, true);
    window.addEventListener('keydown', wake);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('pointermove', handleMove);
      window.removeEventListener('pointerdown', handleDown, true);
      window.removeEventListener('keydown', wake);
    };
  }, [allowed, root]);
  return resting && allowed;
}

function swallowNextClick(): void {
  const swallow = (event: MouseEvent): void => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, true), 700);
}
