import { useMediaQuery } from '@mantine/hooks';

/** Whether the page has the phone's layout (under 768 px). */
export function useNarrow(): boolean {
  return useMediaQuery('(max-width: 767px)', undefined, { getInitialValueInEffect: false });
}
