import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { displayName } from '../../call/people.ts';
import { Avatar } from '../../parts/Avatar.tsx';
import { Button, IconButton } from '../../parts/Button.tsx';
import { useAccountWords, useWaiting } from './useWaiting.ts';
import styles from './WaitingGroup.module.css';

/** On top of the people panel, for hosts: who waits to be let in. */
export function WaitingGroup() {
  const { t } = useTranslation();
  const { people, admit, deny } = useWaiting();
  const accountWords = useAccountWords();
  if (people.length === 0) return null;
  return (
    <section className={styles.group} aria-labelledby="waiting">
      <div className={styles.head}>
        <h3 id="waiting">{t('lobby.waiting', { count: people.length })}</h3>
        {people.length > 1 && (
          <Button look="quiet" onClick={() => people.forEach(({ peerId }) => admit(peerId))}>
            {t('lobby.admitAll')}
          </Button>
        )}
      </div>
      <ul>
        {people.map((peer) => {
          const name = displayName(peer.user);
          return (
            <li key={peer.peerId} className={styles.person}>
              <Avatar name={name} size="small" />
              <span className={styles.who}>
                <b>{name}</b>
                <span className="small">{accountWords(peer)}</span>
              </span>
              <IconButton label={t('lobby.deny', { name })} onClick={() => deny(peer.peerId)}>
                <IconX size={20} stroke={1.8} aria-hidden />
              </IconButton>
              <Button
                look="main"
                data-testid="lobby-admit"
                aria-label={t('lobby.admitOne', { name })}
                onClick={() => admit(peer.peerId)}
              >
                {t('lobby.admit')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
