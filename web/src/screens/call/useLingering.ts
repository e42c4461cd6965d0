import { useEffect, useState } from 'react';

/** True at once, false only after `ms` of being false. */
export function useLingering(value: boolean, ms: number): boolean {
  const [held, setHeld] = useState(value);
  useEffect(() => {
    if (value) {
      setHeld(true);
      return;
    }
    const timer = setTimeout(() => setHeld(false), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return value || held;
}
