import { useTranslation } from 'react-i18next';
import { LinkedText } from '../../parts/LinkedText.tsx';
import { useLanguage } from '../../parts/useLanguage.ts';
import { clockTimeSeconds } from '../../words/format.ts';
import styles from '../DetailsScreen.module.css';
import type { CallDetails } from '../timeline.ts';
import { usePersonName } from './usePersonName.ts';

/** What was written in the call. Nothing where nothing was. */
export function ChatSection({ details }: { details: CallDetails }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const nameOf = usePersonName(details);
  if (details.chat.length === 0) return null;
  return (
    <section className="card pad" aria-labelledby="chat" data-testid="details-chat">
      <div className={styles.sectionHead} style={{ marginBottom: 4 }}>
        <h2 id="chat">{t('chat.title')}</h2>
      </div>
      <ol className={styles.chat}>
        {details.chat.map(({ id, user_id, name, at, text }) => (
          <li key={id}>
            <time dateTime={at}>{clockTimeSeconds(Date.parse(at), language)}</time>
            <bdi>{user_id === null ? name : nameOf(user_id)}</bdi>
            <p dir="auto">
              <LinkedText text={text} />
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
