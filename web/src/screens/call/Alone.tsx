import { IconLink } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/Button.tsx';
import styles from './Stage.module.css';
import { useCopyInvitation } from './useCopyInvitation.ts';

/** Nobody else is in the meeting yet: the way to invite them. */
export function Alone() {
  const { t } = useTranslation();
  const copy = useCopyInvitation();
  return (
    <div className={styles.alone}>
      <b>{t('call.alone')}</b>
      <span>{t('call.aloneMore')}</span>
      <Button look="main" style={{ marginTop: 8 }} onClick={() => void copy()}>
        <IconLink size={20} stroke={1.8} aria-hidden />
        {t('call.invite')}
      </Button>
    </div>
  );
}
