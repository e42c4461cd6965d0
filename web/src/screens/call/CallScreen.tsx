import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { trackOf } from '../../call/callState.ts';
import { useTitle } from '../../parts/useTitle.ts';
import { preferences } from '../../session/preferences.ts';
import { Bar } from './Bar.tsx';
import { useCall, useCallState, usePeople } from './callContext.tsx';
import { CallBanners } from './CallBanners.tsx';
import { CallHeader } from './CallHeader.tsx';
import { useCallName } from './useCallName.ts';
import styles from './CallScreen.module.css';
import { CallStage } from './CallStage.tsx';
import { LayoutContext, useLayoutControl, type StageMode } from './layout.ts';
import { FloatingWindow } from './FloatingWindow.tsx';
import { PanelContext, type PanelControl, type PanelName } from './panel.ts';
import { RingNews } from './invite/RingNews.tsx';
import { PolicyNews } from './PolicyNews.tsx';
import { PeoplePanel } from './PeoplePanel.tsx';
import { SecurityPanel } from './SecurityPanel.tsx';
import type { SharedScreenView } from './ShareStage.tsx';
import { ShortcutList } from './ShortcutList.tsx';
import { CallNews } from './CallNews.tsx';
import { ChatNews } from './ChatNews.tsx';
import { ChatPanel } from './ChatPanel.tsx';
import { toggleStats } from './StatsPanel.tsx';
import { TalkHint } from './TalkHint.tsx';
import { useLingering } from './useLingering.ts';
import { useResting } from './useResting.ts';
import { toggleFullScreen, useShortcuts } from './useShortcuts.ts';
import { useWakeLock } from './useWakeLock.ts';

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
  const layout = useLayoutControl();
  const mode = modeOf(shares.length > 0, many || others.length !== 1, layout.spotlight && others.length > 0);
  const one = mode === 'one';
  const risk = others.some(({ view }) => view.status === 'risk');
  const stays = useStore(preferences, (state) => state.controlsStay);
  const mayRest = mode !== 'grid' && online && !risk && control.panel === null && !help && !stays;
  const resting = useResting(root, mayRest);
  useCallTitle();
  useWakeLock();
  useShortcuts(
    useMemo(
      () => ({
        mic: () => void call.toggle('mic'),
        camera: () => void call.toggle('camera'),
        share: () => void call.toggleScreen(),
        hand: () => {
          const { hands, self: own } = call.snapshot;
          void call.signs.raiseHand(!hands.includes(own?.peerId ?? '')).catch(() => undefined);
        },
        people: () => control.toggle('people'),
        chat: () => control.toggle('chat'),
        security: () => control.toggle('security'),
        layout: layout.toggle,
        fullScreen: () => void toggleFullScreen(),
        stats: toggleStats,
        help: () => setHelp(true),
        close: control.close,
      }),
      [call, control, layout],
    ),
  );
  return (
    <PanelContext value={control}>
      <LayoutContext value={layout}>
        <main
          ref={root}
          className={[styles.call, one && styles.one, resting && styles.resting].filter(Boolean).join(' ')}
          data-testid="call"
        >
          <a className={styles.skip} href="#call-controls">
            {t('call.skip')}
          </a>
          <div className={styles.banners}>
            <CallBanners />
          </div>
          <CallHeader mode={mode} />
          <CallStage mode={mode} others={others} self={self} shares={shares} />
          <TalkHint />
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
        <FloatingWindow />
        <RingNews />
        <CallNews />
        <ChatNews />
        <PolicyNews />
      </LayoutContext>
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

/** What fills the stage. */
function modeOf(shared: boolean, many: boolean, spotlight: boolean): StageMode {
  if (shared) return 'share';
  if (!many) return 'one';
  return spotlight ? 'spotlight' : 'grid';
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
