import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { Button } from '../../parts/Button.tsx';
import { Video } from '../../parts/Video.tsx';
import { useCall } from './callContext.tsx';
import styles from './Stage.module.css';
import { Tile } from './Tile.tsx';
import { useTileSize } from './useTileSize.ts';
import { useZoom } from './useZoom.ts';

/** A screen that somebody shares. */
export interface SharedScreenView {
  person: CallPerson;
  track: MediaStreamTrack;
  consumerId: string | null;
}

/** The shared screen large, people in a strip. Several shares are tabs in the caption. */
export function ShareStage({ shares, people }: { shares: readonly SharedScreenView[]; people: readonly CallPerson[] }) {
  const { t } = useTranslation();
  const call = useCall();
  const [chosen, setChosen] = useState<string | null>(null);
  const share = shares.find(({ person }) => person.peerId === chosen) ?? shares.at(-1);
  if (!share) return null;
  const own = share.person.self;
  return (
    <div className={styles.split}>
      <figure className={styles.shared}>
        <figcaption>
          <span className="ell grow">
            {own ? t('call.sharingYou') : t('call.sharing', { name: share.person.name })}
          </span>
          {own && <Button onClick={() => void call.toggleScreen()}>{t('call.stopShare')}</Button>}
          {shares.length > 1 && <Tabs shares={shares} shown={share} onChoose={setChosen} />}
        </figcaption>
        <Screen key={share.consumerId} share={share} />
      </figure>
      <div className={styles.strip}>
        {people.map((person) => (
          <Tile key={person.peerId} person={person} />
        ))}
      </div>
    </div>
  );
}

interface TabsProps {
  shares: readonly SharedScreenView[];
  shown: SharedScreenView;
  onChoose: (peerId: string) => void;
}

/** One stop for the Tab key; arrow keys choose. */
function Tabs({ shares, shown, onChoose }: TabsProps) {
  const { t } = useTranslation();
  const choose = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (shares.indexOf(shown) + step + shares.length) % shares.length;
    onChoose(shares[next]?.person.peerId ?? '');
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return (
    <span className={styles.tabs} role="tablist" aria-label={t('call.shares')} onKeyDown={choose}>
      {shares.map(({ person }) => {
        const selected = person.peerId === shown.person.peerId;
        return (
          <Button
            key={person.peerId}
            role="tab"
            aria-selected={selected}
            tabIndex={selected ? 0 : -1}
            look={selected ? 'main' : 'plain'}
            onClick={() => onChoose(person.peerId)}
          >
            {person.name}
          </Button>
        );
      })}
    </span>
  );
}

function Screen({ share }: { share: SharedScreenView }) {
  const ref = useTileSize(share.consumerId);
  useZoom(ref);
  return (
    <div ref={ref} className={styles.screen} data-peer={share.person.peerId} data-self={share.person.self}>
      <Video track={share.track} source="screen" />
    </div>
  );
}
