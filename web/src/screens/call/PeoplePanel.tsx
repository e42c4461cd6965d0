import { IconHandStop, IconLink, IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { byHandRoleName, type CallPerson } from '../../call/people.ts';
import { Avatar } from '../../parts/Avatar.tsx';
import { Button } from '../../parts/Button.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { Status } from '../../parts/Status.tsx';
import { useCallState, usePeople } from './callContext.tsx';
import { InviteButton } from './invite/InviteButton.tsx';
import { LockSwitch } from './LockSwitch.tsx';
import { usePanel } from './panel.ts';
import styles from './PeoplePanel.module.css';
import { PersonMenu } from './PersonMenu.tsx';
import { useCopyInvitation } from './useCopyInvitation.ts';
import { useHostPowers } from './useHostPowers.ts';
import { WaitingGroup } from './WaitingGroup.tsx';

/** Who is here: raised hands in their order, then hosts, then by name, with the status as glyph and word. */
export function PeoplePanel() {
  const { t } = useTranslation();
  const { close } = usePanel();
  const copy = useCopyInvitation();
  const act = useHostPowers();
  const isMeeting = useCallState((state) => state.call?.callee === null);
  const { others, self } = usePeople();
  const you = { ...self, name: t('details.you', { name: self.ownName }) };
  const people = [...others, you].sort(byHandRoleName);
  return (
    <Panel title={t('people.titleCount', { count: people.length })} bodyLabel={t('people.title')} onClose={close}>
      {isMeeting && (
        <div className={styles.invite}>
          <Button look="line" wide onClick={() => void copy()}>
            <IconLink size={20} stroke={1.8} aria-hidden />
            {t('people.invite')}
          </Button>
          {act && others.length > 0 && (
            <Button look="quiet" wide data-testid="mute-everyone" onClick={() => act((host) => host.muteEveryone())}>
              <IconMicrophoneOff size={20} stroke={1.8} aria-hidden />
              {t('people.muteEveryone')}
            </Button>
          )}
        </div>
      )}
      <InviteButton />
      <LockSwitch />
      <WaitingGroup />
      <ul>
        {people.map((person) => (
          <Person key={person.peerId} person={person} hosts={isMeeting} />
        ))}
      </ul>
      {act && <Removed />}
    </Panel>
  );
}

function Person({ person, hosts }: { person: CallPerson; hosts: boolean }) {
  const { t } = useTranslation();
  const Icon = person.micOn ? IconMicrophone : IconMicrophoneOff;
  const label = person.micOn ? t('call.unmuted') : t('call.muted');
  const stopped = person.stops.map(({ kind }) => t(`people.stopped.${kind}`));
  const facts = [
    hosts && person.role === 'host' && t('people.host'),
    person.role === 'guest' && t('card.guestMore'),
    ...stopped,
  ];
  return (
    <li className={styles.person} data-testid="person" data-peer={person.peerId}>
      <Avatar name={person.ownName} size="small" />
      <span className={styles.who}>
        <b className="ell">{person.name}</b>
        <span className={styles.facts}>
          <span>
            <Status status={person.view.status} assurance={person.view.assurance} />
          </span>
          {facts.filter(Boolean).map((fact) => (
            <span key={String(fact)} className="small">
              {fact}
            </span>
          ))}
        </span>
      </span>
      {person.hand !== null && (
        <span className={styles.hand} role="img" aria-label={t('people.handUp', { number: person.hand })}>
          <IconHandStop size={20} stroke={1.8} aria-hidden />
          {person.hand}
        </span>
      )}
      <span role="img" aria-label={label} title={label} className={styles.mic} data-off={!person.micOn || undefined}>
        <Icon size={20} stroke={1.8} aria-hidden />
      </span>
      <PersonMenu person={person} />
    </li>
  );
}

/** Who was removed, and may be let in again. */
function Removed() {
  const { t } = useTranslation();
  const act = useHostPowers();
  const removed = useCallState((state) => state.removed);
  if (removed.length === 0 || !act) return null;
  return (
    <section aria-labelledby="removed" className={styles.removed}>
      <h3 id="removed">{t('people.removed')}</h3>
      <ul>
        {removed.map(({ actionId, name }) => (
          <li key={actionId} className={styles.person}>
            <Avatar name={name} size="small" />
            <span className={styles.who}>
              <b className="ell">{name}</b>
            </span>
            <Button look="quiet" data-testid="let-in-again" onClick={() => act((host) => host.undo(actionId))}>
              {t('people.letInAgain')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
