import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import styles from './PeoplePanel.module.css';

/** Asks before somebody is removed. */
export function RemoveDialog({ name, onRemove, onClose }: { name: string; onRemove: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog labelledBy={id} testId="remove-dialog" onEscape={onClose}>
      <h2 id={id}>{t('host.removeTitle', { name })}</h2>
      <p>{t('host.removeMore')}</p>
      <div className={styles.choices}>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button
          look="danger"
          data-testid="remove-confirm"
          onClick={() => {
            onClose();
            onRemove();
          }}
        >
          {t('host.remove')}
        </Button>
      </div>
    </Dialog>
  );
}
