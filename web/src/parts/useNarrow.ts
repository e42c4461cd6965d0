import { useMediaQuery } from '@mantine/hooks';

/** Whether the page has the phone's bar: under 768 px wide, or a phone lying down. */
export function useNarrow(): boolean {
  return useMediaQuery('(max-width: 767px), (max-height: 480px)', undefined, { getInitialValueInEffect: false });
}
