import { useTranslation } from 'react-i18next';
import { useToast } from '../../parts/Toasts.tsx';
import { useCallState } from './callContext.tsx';

/** Puts the meeting's link on the clipboard and says so. */
export function useCopyInvitation(): () => Promise<void> {
  const { t } = useTranslation();
  const toast = useToast();
  const roomId = useCallState((state) => state.call?.roomId);
  return async () => {
    const link = `${location.origin}/m/${roomId ?? ''}`;
    try {
      await navigator.clipboard.writeText(link);
      toast(t('people.copied'));
    } catch {
      // Without leave to use the clipboard the link itself can still be read and copied.
      toast(link);
    }
  };
}
