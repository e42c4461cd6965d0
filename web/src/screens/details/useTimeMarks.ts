import { useLanguage } from '../../parts/useLanguage.ts';
import { useNarrow } from '../../parts/useNarrow.ts';
import { clockTime, clockTimeSeconds } from '../../words/format.ts';

/** Marks of a time axis, evenly spread; with seconds where the call is short. */
export function useTimeMarks({ fromMs, toMs }: { fromMs: number; toMs: number }): string[] {
  const language = useLanguage();
  const count = useNarrow() ? 3 : 4;
  const format = toMs - fromMs < 5 * 60_000 ? clockTimeSeconds : clockTime;
  return Array.from({ length: count }, (_, i) => format(fromMs + ((toMs - fromMs) * i) / (count - 1), language));
}
