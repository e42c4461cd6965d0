import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../parts/Button.tsx';
import { useCallState } from '../callContext.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import styles from './Invite.module.css';

/** Opens everything by which more people come. Guests invite nobody. */
export function InviteButton() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const guest = useCallState((state) => state.self?.role === 'guest');
  if (guest) return null;
  return (
    <div className={styles.open}>
      <Button wide look="quiet" data-testid="invite-open" onClick={() => setOpen(true)}>
        <IconUserPlus size={20} stroke={1.8} aria-hidden />
        {t('invite.open')}
      </Button>
      {open && <InviteDialog onClose={() => setOpen(false)} />}
    </div>
  );
}
