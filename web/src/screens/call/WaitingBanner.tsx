import { IconDoorEnter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { displayName } from '../../call/people.ts';
import { Banner } from '../../parts/Banner.tsx';
import { Button } from '../../parts/Button.tsx';
import { useCallState } from './callContext.tsx';
import { usePanel } from './panel.ts';
import { useWaiting } from './useWaiting.ts';

/** Whether somebody waits whom the host does not see in the people panel. */
export function useUnseenWaiting(): boolean {
  const { panel } = usePanel();
  return useCallState((state) => state.waiting.length > 0) && panel !== 'people';
}

/** To hosts: who has come to the door. Each arrival has its turn; the panel shows all of them. */
export function WaitingBanner() {
  const { t } = useTranslation();
  const { toggle } = usePanel();
  const { people, admit, deny } = useWaiting();
  const [first] = people;
  if (!first) return null;
  const name = displayName(first.user);
  const more = people.length - 1;
  return (
    <Banner
      kind="info"
      icon={<IconDoorEnter size={24} stroke={1.8} aria-hidden />}
      title={
        first.role === 'guest'
          ? t('lobby.bannerGuest', { name })
          : t('lobby.banner', { name, username: first.user.username })
      }
      text={more > 0 ? t('lobby.others', { count: more }) : undefined}
      actions={
        <>
          {more > 0 && (
            <Button look="quiet" onClick={() => toggle('people')}>
              {t('lobby.seeAll')}
            </Button>
          )}
          <Button aria-label={t('lobby.deny', { name })} onClick={() => deny(first.peerId)}>
            {t('lobby.denyShort')}
          </Button>
          <Button
            look="main"
            data-testid="lobby-admit"
            aria-label={t('lobby.admitOne', { name })}
            onClick={() => admit(first.peerId)}
          >
            {t('lobby.admit')}
          </Button>
        </>
      }
    />
  );
}
