import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/**
 * Opens a dialog as the browser's own modal one, which keeps the focus in and the page behind inert. Focus goes to the
 * dialog and not to a button, so that a stray Enter answers nothing, and back to where it was at the end.
 *
 * @param onEscape - Escape was pressed, or the system's way back; without it the dialog stays until it is answered.
 */
export function useModal(ref: RefObject<HTMLDialogElement | null>, onEscape?: () => void): void {
  const escape = useRef(onEscape);
  useEffect(() => {
    escape.current = onEscape;
  });
  // Modal from its first frame on, so that a key which is pressed at once is not lost.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    const before = document.activeElement;
    const leaving = new AbortController();
    const { signal } = leaving;
    const open = (): void => {
      dialog.showModal();
      dialog.focus();
    };
    dialog.addEventListener(
      'cancel',
      (event) => {
        event.preventDefault();
        escape.current?.();
      },
      { signal },
    );
    // Chromium asks with `cancel` only once after each act of the user; the next Escape closes without asking. What is
    // still to be shown is opened again.
    dialog.addEventListener(
      'close',
      () => {
        open();
        escape.current?.();
      },
      { signal },
    );
    open();
    return () => {
      leaving.abort();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [ref]);
}
