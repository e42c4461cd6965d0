import { useId, type ReactNode } from 'react';
import styles from './SettingsScreen.module.css';

/** One card of the settings with its title. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="card">{children}</div>
    </section>
  );
}

interface SwitchProps {
  label: string;
  note: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** A choice that is on or off and holds at once. */
export function Switch({ label, note, checked, onChange }: SwitchProps) {
  return (
    <label className={styles.option}>
      <span className={styles.who}>
        <b>{label}</b>
        <span>{note}</span>
      </span>
      <input
        type="checkbox"
        role="switch"
        className={styles.switch}
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}
