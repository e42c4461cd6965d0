import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Ring } from '../../../call/callState.ts';
import { useToast } from '../../../parts/Toasts.tsx';
import { useCallState } from '../callContext.tsx';

/** Says how ringing somebody ended, wherever one is in the call by then. Who comes is seen anyway. */
export function RingNews() {
  const { t } = useTranslation();
  const toast = useToast();
  const rings = useCallState((state) => state.rings);
  const told = useRef<Readonly<Record<string, Ring>>>(rings);
  useEffect(() => {
    for (const [id, ring] of Object.entries(rings)) {
      if (told.current[id] === ring || ring.state === 'ringing' || ring.state === 'answered') continue;
      toast(t('invite.news', { name: ring.name, state: t(`invite.ringState.${ring.state}`) }));
    }
    told.current = rings;
  }, [rings, toast, t]);
  return null;
}
