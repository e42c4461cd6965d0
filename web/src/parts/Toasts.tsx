import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';
import styles from './Toasts.module.css';

const shownMs = 5000;

const ToastContext = createContext<(text: string) => void>(() => {});

/** Says something small that needs no answer, for 5 s and politely to screen readers. Never a risk. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<ReadonlyArray<{ id: number; text: string }>>([]);
  const show = useCallback((text: string) => {
    const id = performance.now();
    setToasts((all) => [...all.slice(-2), { id, text }]);
    setTimeout(() => setToasts((all) => all.filter((toast) => toast.id !== id)), shownMs);
  }, []);
  return (
    <ToastContext value={show}>
      {children}
      <div className={styles.toasts} data-varies role="status" aria-live="polite">
        {toasts.map(({ id, text }) => (
          <div key={id} className={styles.toast}>
            {text}
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
