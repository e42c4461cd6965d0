import { score } from '../words/format.ts';
import styles from './Meter.module.css';

/** A number from 0 to 1 with its word. Grey on purpose: colours belong to the statuses. */
export function Meter({ label, value, word }: { label: string; value: number; word: string }) {
  return (
    <div className={styles.meter}>
      <div className={styles.text}>
        <span>{label}</span>
        <span>
          <b>{score(value)}</b> <span className="muted">{word}</span>
        </span>
      </div>
      <div
        className={styles.bar}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={value}
        aria-valuetext={`${score(value)} ${word}`}
      >
        <i style={{ width: `${value * 100}%` }} />
      </div>
    </div>
  );
}
