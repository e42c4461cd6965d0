import { useEffect, useRef, type ReactNode } from 'react';
import styles from './Dialog.module.css';

export interface DialogProps {
  /** Id of the heading inside that names the dialog. */
  labelledBy: string;
  testId?: string;
  /** Narrow on desktop, the whole screen on a phone. */
  full?: boolean;
  /** Escape was pressed; without it the dialog stays until it is answered. */
  onEscape?: () => void;
  children: ReactNode;
}

/**
 * A question over whatever is open. The browser's own modal dialog keeps the focus in and the page behind inert. Focus
 * goes to the dialog and not to a button, so that a stray Enter answers nothing.
 */
export function Dialog({ labelledBy, testId, full = false, onEscape, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    ref.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      tabIndex={-1}
      className={`${styles.dialog} ${full ? styles.full : ''}`}
      aria-labelledby={labelledBy}
      data-testid={testId}
      // Escape closes the topmost thing only, and that is this.
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.stopPropagation();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onEscape?.();
      }}
    >
      {children}
    </dialog>
  );
}
