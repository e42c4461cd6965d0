import { useTranslation } from 'react-i18next';
import { Status } from '../../parts/Status.tsx';
import { useLanguage } from '../../parts/useLanguage.ts';
import { clockTimeSeconds, score } from '../../words/format.ts';
import styles from '../DetailsScreen.module.css';
import type { CallDetails } from '../timeline.ts';
import { usePersonName } from './usePersonName.ts';

/** The plots' numbers, for those who read tables better. */
export function SecurityTable({ details }: { details: CallDetails }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const nameOf = usePersonName(details);
  return (
    <div className={styles.table} tabIndex={0} role="group" aria-labelledby="security">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('details.time')}</th>
            <th scope="col">{t('details.person')}</th>
            <th scope="col">{t('details.status')}</th>
            <th scope="col">{t('details.risk')}</th>
            <th scope="col">{t('details.confidence')}</th>
          </tr>
        </thead>
        <tbody>
          {details.security_timeline.map(({ user_id, at, status, assurance, reason, risk, confidence }) => (
            <tr key={`${user_id}${at}`}>
              <td>{clockTimeSeconds(Date.parse(at), language)}</td>
              <td>{nameOf(user_id)}</td>
              <td>
                <Status status={status} assurance={assurance} />
                {reason !== null && <span className="small muted"> · {t(`reason.${reason}`)}</span>}
              </td>
              <td>{risk === null ? '–' : score(risk)}</td>
              <td>{confidence === null ? '–' : score(confidence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
