import { IconLanguage } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { setLanguage } from '../words/index.ts';
import { Button } from './Button.tsx';
import { useLanguage } from './useLanguage.ts';

/** Changes to the other language; its name is written in that language. */
export function LanguageSwitch() {
  const { t } = useTranslation();
  const other = useLanguage() === 'en' ? 'zh-CN' : 'en';
  return (
    <Button look="quiet" data-testid="language" title={t('language.switch')} onClick={() => void setLanguage(other)}>
      <IconLanguage size={20} stroke={1.8} aria-hidden />
      <span lang={other}>{t('language.other')}</span>
    </Button>
  );
}
