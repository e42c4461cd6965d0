import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { trackOf } from '../../call/callState.ts';
import { useTitle } from '../../parts/useTitle.ts';
import { Bar } from './Bar.tsx';
import { useCall, useCallState, usePeople } from './callContext.tsx';
import { CallBanners } from './CallBanners.tsx';
import { CallHeader } from './CallHeader.tsx';
import { useCallName } from './useCallName.ts';
import styles from './CallScreen.module.css';
import { GridStage } from './GridStage.tsx';
import { OneToOne } from './OneToOne.tsx';
import { PanelContext, type PanelControl, type PanelName } from './panel.ts';
import { PeoplePanel } from './PeoplePanel.tsx';
import { Reconnecting } from './Reconnecting.tsx';
import { SecurityPanel } from './SecurityPanel.tsx';
import { ShareStage, type SharedScreenView } from './ShareStage.tsx';
import { ShortcutList } from './ShortcutList.tsx';
import { Alone } from './Alone.tsx';
import { CallNews } from './CallNews.tsx';
import { ChatNews } from './ChatNews.tsx';
import { ChatPanel } from './ChatPanel.tsx';
import { useLingering } from './useLingering.ts';
import { useResting } from './useResting.ts';
import { toggleFullScreen, useShortcuts } from './useShortcuts.ts';

/** The call: one to one, a grid, or a shared screen, with the bar and at most one panel. */
export function CallScreen() {
  const { t } = useTranslation();
  const call = useCall();
  const { others, self } = usePeople();
  const online = useCallState((state) => state.online);
  const shares = useShares();
  const control = usePanelControl();
  const [help, setHelp] = useState(false);
  const root = useRef<HTMLElement>(null);
  // Two seconds and more of a third person leaving must not make the picture jump.
  const many = useLingering(others.length > 1, 3000);
  const direct = useCallState((state) => state.call?.callee !== null);
  const one = shares.length === 0 && !many && others.length === 1;
  const risk = others.some(({ view }) => view.status === 'risk');
  const resting = useResting(root, one && online && !risk && control.panel === null && !help);
  useCallTitle();
  useShortcuts(
    useMemo(
      () => ({
        mic: () => void call.toggle('mic'),
        camera: () => void call.toggle('camera'),
        share: () => void call.toggleScreen(),
        people: () => control.toggle('people'),
        chat: () => control.toggle('chat'),
        security: () => control.toggle('security'),
        fullScreen: () => void toggleFullScreen(),
        help: () => setHelp(true),
        close: control.close,
      }),
      [call, control],
    ),
  );
  const [other] = others;
  return (
    <PanelContext value={control}>
      <main
        ref={root}
        className={[styles.call, one && styles.one, resting && styles.resting].filter(Boolean).join(' ')}
        data-testid="call"
      >
        <a className={styles.skip} href="#call-controls">
          {t('call.skip')}
        </a>
        <CallHeader floating={one} />
        <div className={styles.banners}>
          <CallBanners />
        </div>
        <div className={styles.stage}>
          {shares.length > 0 ? (
            <ShareStage shares={shares} people={[...others, self]} />
          ) : one && other ? (
            <OneToOne other={other} self={self} />
          ) : (
            <GridStage others={others} self={self} />
          )}
          {others.length === 0 && shares.length === 0 && !direct && <Alone />}
          {!online && <Reconnecting />}
        </div>
        <footer className={styles.foot}>
          <Bar onShortcuts={() => setHelp(true)} />
        </footer>
        {control.panel !== null && (
          <div className={styles.side}>
            <OpenPanel name={control.panel} />
          </div>
        )}
      </main>
      {help && <ShortcutList onClose={() => setHelp(false)} />}
      <CallNews />
      <ChatNews />
    </PanelContext>
  );
}

function OpenPanel({ name }: { name: PanelName }) {
  switch (name) {
    case 'security':
      return <SecurityPanel />;
    case 'people':
      return <PeoplePanel />;
    case 'chat':
      return <ChatPanel />;
  }
}

function useCallTitle(): void {
  const { t } = useTranslation();
  const name = useCallName();
  useTitle(t('call.with', { name }));
}

function useShares(): SharedScreenView[] {
  const { others, self } = usePeople();
  const snapshot = useCallState((state) => state);
  const shares = others.flatMap((person): SharedScreenView[] => {
    const screen = trackOf(snapshot, person.peerId, 'screen');
    return screen ? [{ person, track: screen.track, consumerId: screen.consumerId }] : [];
  });
  const own = snapshot.own.screen;
  return own ? [...shares, { person: self, track: own, consumerId: null }] : shares;
}

function usePanelControl(): PanelControl {
  const [open, setOpen] = useState<{ panel: PanelName | null; peerId: string | null }>({ panel: null, peerId: null });
  return useMemo(
    () => ({
      ...open,
      openSecurity: (peerId) => setOpen({ panel: 'security', peerId }),
      toggle: (panel) => setOpen((now) => ({ panel: now.panel === panel ? null : panel, peerId: null })),
      close: () => setOpen({ panel: null, peerId: null }),
    }),
    [open],
  );
}
