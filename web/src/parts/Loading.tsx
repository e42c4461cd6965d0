import { useTranslation } from 'react-i18next';
import styles from './Loading.module.css';
import { useLater } from './useLater.ts';

const afterMs = 300;

/** Where rows will be: their shapes, once waiting takes longer than 300 ms. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const { t } = useTranslation();
  const late = useLater(afterMs);
  return (
    <div role="status" aria-busy className={styles.rows}>
      {late && (
        <>
          <span className="sr">{t('loading')}</span>
          {Array.from({ length: rows }, (_, index) => (
            <div key={index} className={styles.row} data-testid="loading" aria-hidden>
              <i className={styles.round} />
              <span>
                <i style={{ width: `${40 - 6 * (index % 3)}%` }} />
                <i style={{ width: `${24 + 5 * (index % 3)}%` }} />
              </span>
            </div>
          ))}
        </>
      )}
    </div>
  );
}
