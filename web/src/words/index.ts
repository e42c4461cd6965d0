import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { closeChinese } from './spacing.ts';
import type { Language } from './types.ts';
import { zhCN } from './zh-CN.ts';

const storageKey = 'veritalk.language';

/** Starts with the language chosen here before, else the first of the browser's that is Chinese or not. */
export function startWords(): void {
  const stored = localStorage.getItem(storageKey);
  const first = stored ?? navigator.languages[0] ?? 'en';
  i18next.use({ type: 'postProcessor', name: 'closeChinese', process: (text: string) => closeChinese(text) });
  void i18next.use(initReactI18next).init({
    postProcess: ['closeChinese'],
    lng: /^zh\b/i.test(first) ? 'zh-CN' : 'en',
    supportedLngs: ['zh-CN', 'en'],
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
    // React escapes what it puts on the page.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  document.documentElement.lang = currentLanguage();
  i18next.on('languageChanged', () => (document.documentElement.lang = currentLanguage()));
}

export function currentLanguage(): Language {
  return i18next.language === 'zh-CN' ? 'zh-CN' : 'en';
}

export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await i18next.changeLanguage(language);
}
