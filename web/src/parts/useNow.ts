import { useEffect, useState } from 'react';
import { serverNow } from '../api/serverClock.ts';

/** The present by the server's clock, ms; the component is drawn anew every `everyMs`. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
