import { IconPhoneOutgoing } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorWords } from '../../../app/errorWords.ts';
import { Avatar } from '../../../parts/Avatar.tsx';
import { Button } from '../../../parts/Button.tsx';
import { nameOf } from '../../callRecord.ts';
import { FindField, useSearch } from '../../FindField.tsx';
import { useCall, useCallState } from '../callContext.tsx';
import styles from './Invite.module.css';

/** Finds members and rings them into this call; what becomes of it stands beside the name. */
export function RingPeople() {
  const { t } = useTranslation();
  const call = useCall();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const found = useSearch(text);
  const rings = useCallState((state) => state.rings);
  const peers = useCallState((state) => state.peers);
  const here = new Set(peers.map(({ user }) => user.id));
  const people = found?.filter(({ id }) => !here.has(id)) ?? null;
  const ring = (id: string, name: string): void => {
    setProblem(null);
    call.ring({ id, name }).catch((error: unknown) => setProblem(errorWords(error, t)));
  };
  return (
    <section className={styles.part}>
      <h3>{t('invite.ringPeople')}</h3>
      <FindField testId="ring-search" text={text} problem={problem} onType={setText} />
      {people?.length === 0 && (
        <p className="small muted" role="status">
          {t('home.noMatch')}
        </p>
      )}
      <ul className={styles.links}>
        {people?.map((person) => {
          const name = nameOf(person);
          const state = rings[person.id]?.state;
          return (
            <li key={person.id} className={styles.link}>
              <Avatar name={name} presence={person.presence} size="small" />
              <span className={styles.words}>
                <b className="ell">{name}</b>
                <span className="small muted" role="status">
                  {state ? t(`invite.ringState.${state}`) : t(`presence.${person.presence}`)}
                </span>
              </span>
              <Button
                data-testid="ring-person"
                aria-label={t('invite.ringName', { name })}
                disabled={state === 'ringing' || state === 'answered'}
                onClick={() => ring(person.id, name)}
              >
                <IconPhoneOutgoing size={20} stroke={1.8} aria-hidden />
                {t('invite.ring')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
