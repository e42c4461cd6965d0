import { Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { IconButton } from '../../parts/Button.tsx';
import { useCallState } from './callContext.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';
import { useHostPowers } from './useHostPowers.ts';

/** What a host can do about one person. */
export function PersonMenu({ person }: { person: CallPerson }) {
  const { t } = useTranslation();
  const act = useHostPowers();
  const isMeeting = useCallState((state) => state.call?.callee === null);
  const [removing, setRemoving] = useState(false);
  if (!act || person.self) return null;
  const { peerId, name, micOn, stops, hand, role } = person;
  const muted = stops.find(({ kind, by }) => kind === 'audio' && by === 'host');
  const paused = stops.find(({ kind, by }) => kind === 'video' && by === 'host');
  return (
    <>
      <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <IconButton label={t('people.more', { name })} data-testid="person-menu">
            <IconDots size={20} stroke={1.8} aria-hidden />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          {micOn && <Menu.Item onClick={() => act((host) => host.mute(peerId, false))}>{t('host.mute')}</Menu.Item>}
          {muted ? (
            <Menu.Item onClick={() => act((host) => host.undo(muted.actionId))}>{t('host.allowMic')}</Menu.Item>
          ) : (
            <Menu.Item onClick={() => act((host) => host.mute(peerId, true))}>{t('host.muteEnforced')}</Menu.Item>
          )}
          {paused ? (
            <Menu.Item onClick={() => act((host) => host.undo(paused.actionId))}>{t('host.resumeVideo')}</Menu.Item>
          ) : (
            <Menu.Item onClick={() => act((host) => host.pauseVideo(peerId))}>{t('host.pauseVideo')}</Menu.Item>
          )}
          {hand !== null && (
            <Menu.Item onClick={() => act((host) => host.lowerHand(peerId))}>{t('host.lowerHand')}</Menu.Item>
          )}
          {isMeeting && role !== 'guest' && (
            <Menu.Item onClick={() => act((host) => host.handOver(peerId))}>{t('host.handOver')}</Menu.Item>
          )}
          <Menu.Item color="var(--risk)" onClick={() => setRemoving(true)}>
            {t('host.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {removing && (
        <RemoveDialog
          name={name}
          onRemove={() => act((host) => host.remove(peerId))}
          onClose={() => setRemoving(false)}
        />
      )}
    </>
  );
}
