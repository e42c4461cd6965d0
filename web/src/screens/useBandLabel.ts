import { useTranslation } from 'react-i18next';
import { useLanguage } from '../parts/useLanguage.ts';
import { clockTime } from '../words/format.ts';
import type { TimedPart } from './timeline.ts';

/** A band in one sentence. */
export function useBandLabel(): (name: string, parts: readonly TimedPart[]) => string {
  const { t } = useTranslation();
  const language = useLanguage();
  return (name, parts) =>
    t('details.bandLabel', {
      name,
      parts: parts
        .map(({ sign, fromMs }) =>
          t('details.bandPart', { status: t(`status.${sign}`), time: clockTime(fromMs, language) }),
        )
        .join(t('card.listComma')),
    });
}
