import type { TFunction } from 'i18next';
import { codeOf, RequestError } from '../api/RequestError.ts';

/** What a failed request is called on the page when the screen has no better word for it. */
export function errorWords(error: unknown, t: TFunction): string {
  switch (codeOf(error)) {
    case 'NETWORK':
    case 'TIMEOUT':
    case 'DISCONNECTED':
    case 'UNAVAILABLE':
      return t('error.network');
    case 'RATE_LIMITED':
      return t('error.limited');
    case 'CAPACITY':
      return t('error.full');
    default: {
      const id = error instanceof RequestError ? error.requestId : null;
      return id === null ? t('error.unknown') : t('error.reference', { id });
    }
  }
}
