import { IconBackground, IconMicrophoneOff } from '@tabler/icons-react';
import type { ComponentProps, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssessmentView } from '../call/assessments.ts';
import { ago } from '../words/format.ts';
import { signOf } from '../call/signs.ts';
import { StatusGlyph } from './StatusGlyph.tsx';
import styles from './Plate.module.css';
import { useNow } from './useNow.ts';

export interface PlateProps extends Omit<ComponentProps<'button'>, 'name'> {
  name: string;
  view: AssessmentView;
  self?: boolean;
  guest?: boolean;
  muted?: boolean;
  speaking?: boolean;
  /** What is behind the person is changed. */
  backgroundChanged?: boolean;
  /** Alone on the stage: word and age as well. */
  full?: boolean;
  /** An illustration of the plate, about nobody. */
  sample?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/**
 * The plate of a tile: status first, then name, then muted or speaking. On others' tiles its first part is the security
 * badge with what is known in attributes; the own one has no badge and no number.
 */
export function Plate({
  name,
  view,
  self,
  guest,
  muted,
  speaking,
  backgroundChanged,
  full,
  sample,
  className,
  ref,
  ...button
}: PlateProps) {
  const { t } = useTranslation();
  const sign = signOf(view.status, view.assurance);
  // Connection news is worth its own word; all else that was not looked at is "not checked", with the reason in the card.
  const word = view.reason === 'network_lost' ? t('reason.network_lost') : t(`status.${sign}`);
  const changed = t('card.backgroundChanged');
  const badge = {
    'data-testid': 'security-badge',
    'data-status': view.status,
    'data-assurance': view.assurance,
    'data-reason': view.reason ?? undefined,
    'data-risk': view.risk?.toFixed(1),
    'data-confidence': view.confidence?.toFixed(1),
    'data-background': backgroundChanged ? 'changed' : undefined,
  };
  return (
    <button
      ref={ref}
      type="button"
      className={[styles.plate, full && styles.full, self && styles.own, className].filter(Boolean).join(' ')}
      data-status={view.status}
      aria-label={t('card.open', {
        name,
        status: [word, backgroundChanged && changed].filter(Boolean).join(t('card.listComma')),
      })}
      {...button}
    >
      <span className={styles.sign} {...(self || sample ? {} : badge)}>
        <StatusGlyph sign={sign} size={18} />
        <span className={styles.word}>{word}</span>
        {full && view.status !== 'unscored' && view.scannedAtMs !== null && <Age sinceMs={view.scannedAtMs} />}
      </span>
      <span className={styles.name}>
        <span className="ell">{name}</span>
        {guest && <span className={styles.guest}>{t('card.guest')}</span>}
        {backgroundChanged && (
          <span title={changed} style={{ display: 'flex' }}>
            <IconBackground stroke={1.8} aria-hidden />
          </span>
        )}
        {muted ? <IconMicrophoneOff stroke={1.8} aria-hidden /> : speaking && <Level />}
      </span>
    </button>
  );
}

/** The name alone, where no status belongs. */
export function NamePlate({ name }: { name: string }) {
  return (
    <span className={`${styles.plate} ${styles.plain}`}>
      <span className={styles.name}>{name}</span>
    </span>
  );
}

function Age({ sinceMs }: { sinceMs: number }) {
  const { t } = useTranslation();
  return (
    <span className={styles.age} data-varies>
      · {ago(useNow() - sinceMs, t)}
    </span>
  );
}

function Level() {
  return (
    <span className={styles.level} data-varies aria-hidden>
      <i />
      <i />
      <i />
    </span>
  );
}
