import { useTranslation } from 'react-i18next';
import type { CallType } from '../../../src/protocol/values.ts';
import { codeOf } from '../api/RequestError.ts';
import { useCalls, useUser } from '../app/context.tsx';
import { errorWords } from '../app/errorWords.ts';

/** Calls somebody by username or id. The answer is what went wrong, in words; null when nothing did. */
export function useCallPerson(): (callee: string, type: CallType) => Promise<string | null> {
  const { t } = useTranslation();
  const calls = useCalls();
  const user = useUser();
  return async (callee, type) => {
    if (callee === '') return t('home.writeName');
    if (callee.toLowerCase() === user.username.toLowerCase()) return t('home.self');
    try {
      await calls.callPerson(callee, type);
      return null;
    } catch (error) {
      switch (codeOf(error)) {
        case 'NOT_FOUND':
        case 'VALIDATION':
          return t('home.notFound');
        case 'BUSY':
          return t('home.busy');
        default:
          return errorWords(error, t);
      }
    }
  };
}
