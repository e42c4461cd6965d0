import { useTranslation } from 'react-i18next';
import type { AssessmentStatus, Assurance } from '../../../src/protocol/assessment.ts';
import { signOf } from '../call/signs.ts';
import { StatusGlyph } from './StatusGlyph.tsx';
import styles from './Status.module.css';

export interface StatusProps {
  status: AssessmentStatus;
  assurance?: Assurance;
  chip?: boolean;
  /** Larger, as a heading. */
  strong?: boolean;
  /** The word is for screen readers only on narrow pages. */
  tight?: boolean;
}

/** A status off the video: glyph and word, so that colour never stands alone. */
export function Status({ status, assurance = 'none', chip, strong, tight }: StatusProps) {
  const { t } = useTranslation();
  const sign = signOf(status, assurance);
  const classes = [styles.status, chip && styles.chip, strong && styles.strong, tight && styles.tight];
  return (
    <span className={classes.filter(Boolean).join(' ')} data-status={status}>
      <StatusGlyph sign={sign} size={strong ? 20 : 16} />
      <span className={styles.word}>{t(`status.${sign}`)}</span>
    </span>
  );
}
