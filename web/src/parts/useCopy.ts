import { useToast } from './Toasts.tsx';

/** Puts a text on the clipboard and says `done`. Where that is not allowed it shows the text itself, to be copied. */
export function useCopy(): (text: string, done: string) => Promise<void> {
  const toast = useToast();
  return async (text, done) => {
    try {
      await navigator.clipboard.writeText(text);
      toast(done);
    } catch {
      toast(text);
    }
  };
}
