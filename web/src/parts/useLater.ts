import { useEffect, useState } from 'react';

/** False, and true once the component has been there for `ms`: what comes quickly needs no word about waiting. */
export function useLater(ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return late;
}
