import { useEffect } from 'react';

/** Keeps the screen on while mounted: a call is watched, not touched. Browsers without it, or on low battery, go on. */
export function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const keepOn = async (): Promise<void> => {
      if (document.visibilityState !== 'visible' || (lock !== null && !lock.released)) return;
      const taken = await navigator.wakeLock.request('screen').catch(() => null);
      if (over) void taken?.release();
      else lock = taken;
    };
    void keepOn();
    // A hidden page loses it.
    const handle = (): void => void keepOn();
    document.addEventListener('visibilitychange', handle);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', handle);
      void lock?.release();
    };
  }, []);
}
