import { useRef, type ReactNode } from 'react';
import styles from './Dialog.module.css';
import { useModal } from './useModal.ts';

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

/** A question over whatever is open. */
export function Dialog({ labelledBy, testId, full = false, onEscape, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useModal(ref, onEscape);
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
    >
      {children}
    </dialog>
  );
}
