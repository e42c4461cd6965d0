import { useTranslation } from 'react-i18next';
import { useCalls } from '../../app/context.tsx';
import { useCall, useCallState } from './callContext.tsx';
import type { PeerInfo } from '../../../../src/protocol/signaling.ts';
import { codeOf } from '../../api/RequestError.ts';

export interface Waiting {
  /** First come, first. */
  people: readonly PeerInfo[];
  admit: (peerId: string) => void;
  deny: (peerId: string) => void;
}

/** Who waits to be let in, and the two things a host can do about it. */
export function useWaiting(): Waiting {
  const call = useCall();
  const calls = useCalls();
  const people = useCallState((state) => state.waiting);
  const decide = (peerId: string, decision: 'admitPeer' | 'denyPeer'): void => {
    call.decide(peerId, decision).catch((error: unknown) => {
      // Somebody who has gone meanwhile, or whom another host has dealt with, is no longer in question.
      if (codeOf(error) !== 'NOT_FOUND') calls.store.setState({ trouble: { error, atMs: Date.now() } });
    });
  };
  return { people, admit: (peerId) => decide(peerId, 'admitPeer'), deny: (peerId) => decide(peerId, 'denyPeer') };
}

/** What is known of somebody's account, as one says it beside the name. */
export function useAccountWords(): (peer: PeerInfo) => string {
  const { t } = useTranslation();
  return ({ role, user, connection }) =>
    [
      role === 'guest' ? t('card.guestMore') : t('lobby.signedIn', { username: user.username }),
      connection === 'reconnecting' && t('lobby.away'),
    ]
      .filter(Boolean)
      .join(' · ');
}
