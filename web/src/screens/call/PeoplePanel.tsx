import { IconLink, IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { Avatar } from '../../parts/Avatar.tsx';
import { Button } from '../../parts/Button.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { Status } from '../../parts/Status.tsx';
import { useCallState, usePeople } from './callContext.tsx';
import { InviteButton } from './invite/InviteButton.tsx';
import { LockSwitch } from './LockSwitch.tsx';
import { usePanel } from './panel.ts';
import styles from './PeoplePanel.module.css';
import { useCopyInvitation } from './useCopyInvitation.ts';
import { WaitingGroup } from './WaitingGroup.tsx';

/** Who is here: hosts first, then by name, with the status as glyph and word. */
export function PeoplePanel() {
  const { t } = useTranslation();
  const { close } = usePanel();
  const copy = useCopyInvitation();
  const isMeeting = useCallState((state) => state.call?.callee === null);
  const { others, self } = usePeople();
  const you = { ...self, name: t('details.you', { name: self.ownName }) };
  const people = [...others].sort(
    (a, b) => Number(b.role === 'host') - Number(a.role === 'host') || a.name.localeCompare(b.name),
  );
  return (
    <Panel title={t('people.title')} bodyLabel={t('people.title')} onClose={close}>
      {isMeeting && (
        <div className={styles.invite}>
          <Button look="line" wide onClick={() => void copy()}>
            <IconLink size={20} stroke={1.8} aria-hidden />
            {t('people.invite')}
          </Button>
        </div>
      )}
      <InviteButton />
      <LockSwitch />
      <WaitingGroup />
      <ul>
        {[...people, you].map((person) => (
          <Person key={person.peerId} person={person} hosts={isMeeting} />
        ))}
      </ul>
    </Panel>
  );
}

function Person({ person, hosts }: { person: CallPerson; hosts: boolean }) {
  const { t } = useTranslation();
  const Icon = person.micOn ? IconMicrophone : IconMicrophoneOff;
  const label = person.micOn ? t('call.unmuted') : t('call.muted');
  return (
    <li className={styles.person}>
      <Avatar name={person.ownName} size="small" />
      <span className={styles.who}>
        <b className="ell">{person.name}</b>
        {hosts && person.role === 'host' && <span className="small">{t('people.host')}</span>}
        {person.role === 'guest' && <span className="small">{t('card.guestMore')}</span>}
        <Status status={person.view.status} assurance={person.view.assurance} />
      </span>
      <span role="img" aria-label={label} title={label} className="muted" style={{ display: 'flex' }}>
        <Icon size={20} stroke={1.8} aria-hidden />
      </span>
    </li>
  );
}
