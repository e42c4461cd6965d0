import { createContext, useContext, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useUser } from '../../app/context.tsx';
import type { CallClient } from '../../call/CallClient.ts';
import type { ChallengeState } from '../../call/ChallengeClient.ts';
import type { CallSnapshot } from '../../call/callState.ts';
import { othersOf, selfOf, type CallPerson } from '../../call/people.ts';

export const CallContext = createContext<CallClient | null>(null);

export function useCall(): CallClient {
  const call = useContext(CallContext);
  if (!call) throw new Error('no call above this component');
  return call;
}

export function useCallState<T>(select: (snapshot: CallSnapshot) => T): T {
  return useStore(useCall().store, select);
}

export function useChallenges<T>(select: (state: ChallengeState) => T): T {
  return useStore(useCall().challenges.store, select);
}

/** Everybody in the call. */
export function usePeople(): { others: CallPerson[]; self: CallPerson } {
  const { t } = useTranslation();
  const snapshot = useCallState((state) => state);
  const { full_name, username } = useUser();
  const you = t('call.you');
  const ownName = full_name || username;
  return useMemo(
    () => ({ others: othersOf(snapshot), self: selfOf(snapshot, you, ownName) }),
    [snapshot, you, ownName],
  );
}
