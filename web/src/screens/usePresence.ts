import { useEffect, useState } from 'react';
import type { Presence } from '../../../src/protocol/values.ts';
import { useSignaling } from '../app/context.tsx';

/** Presence of people by id, as it changes; asked again when the connection comes back. */
export function usePresence(userIds: readonly string[]): Readonly<Record<string, Presence>> {
  const signaling = useSignaling();
  const [presence, setPresence] = useState<Record<string, Presence>>({});
  const key = [...userIds].sort().slice(0, 100).join();
  useEffect(() => {
    if (key === '') return;
    const ask = (): void => {
      signaling
        .request('watchPresence', { userIds: key.split(',') })
        .then(({ people }) => setPresence(Object.fromEntries(people.map((p) => [p.userId, p.presence]))))
        // Without a connection nothing is known; it is asked again when there is one.
        .catch(() => undefined);
    };
    if (signaling.connected) ask();
    const stops = [
      signaling.onConnection((up) => up && ask()),
      signaling.on('presenceChanged', ({ userId, presence: now }) =>
        setPresence((before) => ({ ...before, [userId]: now })),
      ),
    ];
    return () => stops.forEach((stop) => stop());
  }, [signaling, key]);
  return presence;
}
