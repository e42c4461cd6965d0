import { useTranslation } from 'react-i18next';
import { errorWords } from '../../app/errorWords.ts';
import type { HostPowers } from '../../call/HostPowers.ts';
import { useToast } from '../../parts/Toasts.tsx';
import { useCall, useCallState } from './callContext.tsx';

/** Carries out what a host wants, and says so when the server refuses. Null for those who are no host. */
export function useHostPowers(): ((act: (host: HostPowers) => Promise<void>) => void) | null {
  const { t } = useTranslation();
  const { host } = useCall();
  const toast = useToast();
  const isHost = useCallState((state) => state.self?.role === 'host');
  return isHost ? (act) => void act(host).catch((error: unknown) => toast(errorWords(error, t))) : null;
}
