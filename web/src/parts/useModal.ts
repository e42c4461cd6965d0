import { useEffect, type RefObject } from 'react';

/**
 * Opens a dialog as the browser's own modal one, which keeps the focus in and the page behind inert. Focus goes to the
 * dialog and not to a button, so that a stray Enter answers nothing, and back to where it was at the end.
 */
export function useModal(ref: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    ref.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [ref]);
}
