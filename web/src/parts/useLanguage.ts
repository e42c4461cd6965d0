import { useTranslation } from 'react-i18next';
import type { Language } from '../words/types.ts';

/** The language of the page; components that format times read it, so that they follow a change. */
export function useLanguage(): Language {
  return useTranslation().i18n.language === 'zh-CN' ? 'zh-CN' : 'en';
}
