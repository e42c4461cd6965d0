import { IconHandStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { reactionSigns } from '../../call/reactions.ts';
import styles from './TileSigns.module.css';

/** In a tile's corner: a raised hand with its place in the row, and for a moment a reaction. */
export function TileSigns({ person: { hand, reaction } }: { person: CallPerson }) {
  const { t } = useTranslation();
  if (hand === null && reaction === null) return null;
  return (
    <div className={styles.signs}>
      {hand !== null && (
        <span className={styles.hand} role="img" aria-label={t('people.handUp', { number: hand })} data-testid="hand">
          <IconHandStop size={18} stroke={1.8} aria-hidden />
          {hand}
        </span>
      )}
      {reaction !== null && (
        <span className={styles.reaction} role="img" aria-label={t(`reaction.${reaction}`)} data-testid="reaction">
          {reactionSigns[reaction]}
        </span>
      )}
    </div>
  );
}
