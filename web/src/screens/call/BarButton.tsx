import type { ComponentProps } from 'react';
import styles from './Bar.module.css';

export interface BarButtonProps extends ComponentProps<'button'> {
  label: string;
  /** The single key that does the same, told in name and tooltip. */
  shortcut?: string;
}

/** A button of the bar; `className` adds to its look. */
export function BarButton({ label, shortcut, className, ...rest }: BarButtonProps) {
  const name = shortcut === undefined ? label : `${label} (${shortcut})`;
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      aria-keyshortcuts={shortcut}
      {...rest}
      className={[styles.button, className].filter(Boolean).join(' ')}
    />
  );
}
