import { useTranslation } from 'react-i18next';
import { TopBar } from '../app/Frame.tsx';
import { ButtonLink } from '../parts/Button.tsx';
import { useTitle } from '../parts/useTitle.ts';
import styles from './Centered.module.css';

/**
 * What does not open. One page for expired, ended and forbidden calls, so that it tells nobody which of them it is.
 *
 * @param code - Why a call did not open; null for an address that leads nowhere.
 */
export function NotFoundScreen({ code }: { code: string | null }) {
  const { t } = useTranslation();
  const title = code === null ? t('notFound.page') : t('notFound.title');
  useTitle(title);
  return (
    <>
      {code !== null && <TopBar />}
      <main className={styles.centered} data-testid="not-found">
        <Art />
        <h1>{title}</h1>
        {code !== null && <p className="muted">{t(`notFound.${reasonOf(code)}`)}</p>}
        <div className={styles.actions}>
          <ButtonLink href="/" look="main">
            {t('notFound.home')}
          </ButtonLink>
        </div>
      </main>
    </>
  );
}

function reasonOf(code: string) {
  switch (code) {
    case 'CAPACITY':
      return 'full';
    case 'DENIED':
      return 'denied';
    case 'REMOVED':
      return 'removed';
    case 'LOCKED':
      return 'locked';
    case 'ENDED':
      return 'over';
    default:
      return 'text';
  }
}

function Art() {
  return (
    <svg className={styles.art} viewBox="0 0 200 120" aria-hidden>
      <rect x="18" y="20" width="120" height="78" rx="16" fill="var(--accent-soft)" />
      <rect
        x="70"
        y="38"
        width="112"
        height="72"
        rx="16"
        fill="var(--surface)"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray="5 6"
      />
      <g
        transform="translate(108 56) scale(1.5)"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      >
        <path d="m9 15 3-3m2-2 1-1M11 6l.46-.54a5 5 0 0 1 7.07 7.07l-.53.47M13 18l-.4.53a5.07 5.07 0 0 1-7.12 0 4.97 4.97 0 0 1 0-7.07L6 11M3 3l18 18" />
      </g>
    </svg>
  );
}
