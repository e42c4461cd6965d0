import { useTranslation } from 'react-i18next';
import { displayName } from '../../call/people.ts';
import { useCallState } from './callContext.tsx';

/** A meeting's title, or the other person's name. */
export function useCallName(): string {
  const { t } = useTranslation();
  const call = useCallState((state) => state.call);
  const peers = useCallState((state) => state.peers);
  if (call?.callee === null) return call.title ?? t('home.untitled', { name: displayName(call.caller) });
  const [peer] = peers;
  return peer ? displayName(peer.user) : '';
}
