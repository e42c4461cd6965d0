import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { User } from '../../../src/protocol/rest.ts';
import type { Calls } from '../call/Calls.ts';
import type { Signaling } from '../api/Signaling.ts';
import type { PageUser, Session } from '../session/Session.ts';
import type { Client } from './Client.ts';

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('no client above this component');
  return client;
}

export function useSession(): Session {
  return useClient().session;
}

/** Who uses the page; only for what is shown while that is known. */
export function useUser(): PageUser {
  const user = useStore(useSession().store, (state) => state.user);
  if (!user) throw new Error('nobody is signed in');
  return user;
}

/** The account of who is signed in; guests have none. */
export function useAccount(): User {
  const state = useStore(useSession().store);
  if (state.status !== 'signed-in') throw new Error('nobody is signed in with an account');
  return state.user;
}

/** The role of who is here; null for guests. */
export function useRole(): User['role'] | null {
  return useStore(useSession().store, (state) => (state.status === 'signed-in' ? state.user.role : null));
}

function useConnection(): { calls: Calls; signaling: Signaling } {
  const connection = useStore(useClient().connection);
  if (!connection) throw new Error('nobody is signed in');
  return connection;
}

export function useCalls(): Calls {
  return useConnection().calls;
}

export function useSignaling(): Signaling {
  return useConnection().signaling;
}
