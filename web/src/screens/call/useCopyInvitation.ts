import { useTranslation } from 'react-i18next';
import { useCopy } from '../../parts/useCopy.ts';
import { useCallState } from './callContext.tsx';

/** Puts the meeting's link on the clipboard and says so. */
export function useCopyInvitation(): () => Promise<void> {
  const { t } = useTranslation();
  const copy = useCopy();
  const roomId = useCallState((state) => state.call?.roomId);
  return () => copy(`${location.origin}/m/${roomId ?? ''}`, t('people.copied'));
}
