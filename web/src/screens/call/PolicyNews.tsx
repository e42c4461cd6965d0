import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { codeOf } from '../../api/RequestError.ts';
import { useCalls } from '../../app/context.tsx';
import { useToast } from '../../parts/Toasts.tsx';
import { tapForHand } from '../../call/sounds.ts';
import { useCallState, usePeople } from './callContext.tsx';
import { usePolicyWords } from './usePolicyWords.ts';

/** Says what was done to people as it happens, and that a hand has gone up. */
export function PolicyNews() {
  const { t } = useTranslation();
  const toast = useToast();
  const words = usePolicyWords();
  const notes = useCallState((state) => state.notes);
  const told = useRef(notes.length);
  useEffect(() => {
    for (const note of notes.slice(told.current)) if (note.kind === 'policy') toast(words(note));
    told.current = notes.length;
  }, [notes, toast, words]);
  useMutedByHost();
  const { others } = usePeople();
  const raised = others.filter(({ hand }) => hand !== null);
  const latest = raised.reduce<(typeof raised)[number] | null>(
    (a, b) => ((a?.hand ?? 0) > (b.hand ?? 0) ? a : b),
    null,
  );
  const count = raised.length;
  const before = useRef(count);
  const name = latest?.name ?? '';
  useEffect(() => {
    if (count > before.current) {
      toast(t('people.raised', { name }));
      tapForHand();
    }
    before.current = count;
  }, [count, name, toast, t]);
  return null;
}

/** Whoever tries to open a microphone that the host keeps off is told at once; no banner above may hide that. */
function useMutedByHost(): void {
  const { t } = useTranslation();
  const toast = useToast();
  const calls = useCalls();
  const trouble = useStore(calls.store, (state) => state.trouble);
  useEffect(() => {
    if (trouble === null || codeOf(trouble.error) !== 'MUTED_BY_HOST') return;
    calls.store.setState({ trouble: null });
    toast(t('error.mutedByHost'));
  }, [trouble, calls, toast, t]);
}
