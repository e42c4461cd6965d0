import { IconUserMinus, IconVideo, IconVideoOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { Button } from '../../parts/Button.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';
import styles from './SecurityPanel.module.css';
import { useHostPowers } from './useHostPowers.ts';

/** What a host can do in the security panel about a person whose picture is in doubt. */
export function HostActions({ person }: { person: CallPerson }) {
  const { t } = useTranslation();
  const act = useHostPowers();
  const [removing, setRemoving] = useState(false);
  if (!act) return null;
  const { peerId, name, stops } = person;
  const paused = stops.find(({ kind, by }) => kind === 'video' && by === 'host');
  const Icon = paused ? IconVideo : IconVideoOff;
  return (
    <div className={styles.actions}>
      <Button
        look="line"
        wide
        data-testid="pause-video"
        onClick={() => act((host) => (paused ? host.undo(paused.actionId) : host.pauseVideo(peerId)))}
      >
        <Icon size={20} stroke={1.8} aria-hidden />
        {paused ? t('host.resumeVideo') : t('host.pauseVideo')}
      </Button>
      <Button look="quiet" wide data-testid="remove" onClick={() => setRemoving(true)}>
        <IconUserMinus size={20} stroke={1.8} aria-hidden />
        {t('host.remove')}
      </Button>
      {removing && (
        <RemoveDialog
          name={name}
          onRemove={() => act((host) => host.remove(peerId))}
          onClose={() => setRemoving(false)}
        />
      )}
    </div>
  );
}
