import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../src/protocol/rest.ts';
import type { Presence } from '../../../src/protocol/values.ts';
import { useSession, useUser } from '../app/context.tsx';
import { Field } from '../parts/Field.tsx';

export interface Person {
  id: string;
  username: string;
  full_name: string;
  presence: Presence;
}

const typingPauseMs = 250;

export interface FindFieldProps {
  text: string;
  onType: (text: string) => void;
  problem: string | null;
  testId: string;
  enterKeyHint?: 'go';
}

/** Where one types whom to call. */
export function FindField({ text, onType, ...rest }: FindFieldProps) {
  const { t } = useTranslation();
  return (
    <Field
      label={t('home.find')}
      hideLabel
      placeholder={t('home.findPlaceholder')}
      icon={<IconSearch size={20} stroke={1.8} aria-hidden />}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      value={text}
      onChange={(event) => onType(event.currentTarget.value)}
      {...rest}
    />
  );
}

/** People whom the typed text finds; null while it is too short to ask. */
export function useSearch(text: string): Person[] | null {
  const session = useSession();
  const user = useUser();
  const [found, setFound] = useState<Person[] | null>(null);
  const query = text.trim();
  const asks = routes.findUsers.query.safeParse({ query }).success;
  useEffect(() => {
    if (!asks) {
      setFound(null);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      session
        .request('findUsers', { query: { query } }, { signal: abort.signal })
        .then(({ users }) => setFound(users.filter(({ id }) => id !== user.id)))
        // A search that fails leaves the field as it is; calling by name says what is wrong.
        .catch(() => undefined);
    }, typingPauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [session, query, asks, user.id]);
  return found;
}
