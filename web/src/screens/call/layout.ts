import { createContext, useContext, useMemo, useState } from 'react';

/** What fills the stage. `one`: the other person of two. `share`: somebody's screen. */
export type StageMode = 'one' | 'grid' | 'spotlight' | 'share';

/** How the user wants to see the others, for as long as the call lasts. */
export interface LayoutControl {
  /** One person large, where there is a choice. */
  spotlight: boolean;
  /** Who comes first, and is the large one. */
  pinned: string | null;
  toggle: () => void;
  togglePin: (peerId: string) => void;
}

export const LayoutContext = createContext<LayoutControl | null>(null);

export function useLayout(): LayoutControl {
  const control = useContext(LayoutContext);
  if (!control) throw new Error('no layout above this component');
  return control;
}

export function useLayoutControl(): LayoutControl {
  const [spotlight, setSpotlight] = useState(false);
  const [pinned, setPinned] = useState<string | null>(null);
  return useMemo(
    () => ({
      spotlight,
      pinned,
      toggle: () => setSpotlight((now) => !now),
      togglePin: (peerId) => setPinned((now) => (now === peerId ? null : peerId)),
    }),
    [spotlight, pinned],
  );
}
