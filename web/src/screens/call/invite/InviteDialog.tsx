import { IconLink, IconX } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../../parts/Button.tsx';
import { Dialog } from '../../../parts/Dialog.tsx';
import { useCallState } from '../callContext.tsx';
import { useCopyInvitation } from '../useCopyInvitation.ts';
import { GuestLinks } from './GuestLinks.tsx';
import styles from './Invite.module.css';
import { RingPeople } from './RingPeople.tsx';

/** How more people come into the call: by ringing, by the meeting's link, by links for guests. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const isMeeting = useCallState((state) => state.call?.callee === null);
  const isHost = useCallState((state) => state.self?.role === 'host');
  return (
    <Dialog labelledBy={id} testId="invite" onEscape={onClose}>
      <div className={styles.head}>
        <h2 id={id}>{t('invite.title')}</h2>
        <IconButton label={t('action.close')} onClick={onClose}>
          <IconX size={20} stroke={1.8} aria-hidden />
        </IconButton>
      </div>
      <div className={styles.body}>
        <RingPeople />
        {isMeeting && <MeetingLink />}
        {isMeeting && isHost && <GuestLinks />}
      </div>
    </Dialog>
  );
}

function MeetingLink() {
  const { t } = useTranslation();
  const copy = useCopyInvitation();
  return (
    <section className={styles.part}>
      <h3>{t('invite.members')}</h3>
      <p className="small muted">{t('invite.membersMore')}</p>
      <Button look="line" onClick={() => void copy()}>
        <IconLink size={20} stroke={1.8} aria-hidden />
        {t('people.invite')}
      </Button>
    </section>
  );
}
