import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { PolicyNote } from '../../call/chat.ts';
import { useCallState } from './callContext.tsx';

/** What was done to somebody, in a sentence, from the point of view of whoever reads it. */
export function usePolicyWords(): (note: PolicyNote) => string {
  const { t } = useTranslation();
  const own = useCallState((state) => state.self?.peerId ?? null);
  return useCallback(
    ({ notice, name, byName }: PolicyNote): string => {
      const { action, undone, enforced, peerId, by } = notice;
      const what =
        action === 'muteProducer' && enforced
          ? 'muteEnforced'
          : action === 'undoAction'
            ? (`undo_${undone ?? 'pauseVideo'}` as const)
            : action;
      const side = peerId !== null && peerId === own ? 'you' : 'other';
      const actor = by === own ? t('call.you') : byName || t('people.host');
      const known = policyKeys.find((key) => key === what) ?? 'pauseVideo';
      return t(`policy.${side}.${known}`, { name, by: actor });
    },
    [t, own],
  );
}

const policyKeys = [
  'muteProducer',
  'muteEnforced',
  'muteEveryone',
  'pauseVideo',
  'ejectPeer',
  'transferHost',
  'holdPeer',
  'undo_muteProducer',
  'undo_pauseVideo',
  'undo_ejectPeer',
  'undo_holdPeer',
] as const;
