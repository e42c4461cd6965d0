import { createContext, useContext } from 'react';

export type PanelName = 'security' | 'people' | 'chat';

/** Which panel stands beside the stage. */
export interface PanelControl {
  panel: PanelName | null;
  /** The person whose row is open in the security panel. */
  peerId: string | null;
  openSecurity: (peerId: string | null) => void;
  toggle: (panel: PanelName) => void;
  close: () => void;
}

export const PanelContext = createContext<PanelControl | null>(null);

export function usePanel(): PanelControl {
  const control = useContext(PanelContext);
  if (!control) throw new Error('no panel above this component');
  return control;
}
