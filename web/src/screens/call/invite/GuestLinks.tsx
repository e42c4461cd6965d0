import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GuestLink } from '../../../../../src/protocol/rest.ts';
import { useSession } from '../../../app/context.tsx';
import { errorWords } from '../../../app/errorWords.ts';
import { Button } from '../../../parts/Button.tsx';
import { useToast } from '../../../parts/Toasts.tsx';
import { useCopy } from '../../../parts/useCopy.ts';
import { useLanguage } from '../../../parts/useLanguage.ts';
import { useNow } from '../../../parts/useNow.ts';
import { clockTime, dayName } from '../../../words/format.ts';
import { useRequest } from '../../useRequest.ts';
import { useCallState } from '../callContext.tsx';
import styles from './Invite.module.css';

const hourS = 3600;
const choicesS = [hourS, 24 * hourS, 7 * 24 * hourS];

/** For hosts: links by which people without an account come to this meeting's door. */
export function GuestLinks() {
  const { t } = useTranslation();
  const session = useSession();
  const toast = useToast();
  const copy = useCopy();
  const callId = useCallState((state) => state.call?.callId ?? '');
  const { data, reload } = useRequest('guestLinks', { params: { id: callId } });
  const [validS, setValidS] = useState(24 * hourS);

  const attempt = async (task: () => Promise<unknown>): Promise<void> => {
    try {
      await task();
    } catch (error) {
      toast(errorWords(error, t));
    }
    reload();
  };
  const make = async (): Promise<void> => {
    const { link } = await session.request('makeGuestLink', { params: { id: callId }, body: { valid_s: validS } });
    await copyLink(link);
  };
  const copyLink = ({ url }: GuestLink): Promise<void> => copy(url, t('people.copied'));
  const revoke = async ({ id }: GuestLink): Promise<void> => {
    await session.request('revokeGuestLink', { params: { id: callId, link: id } });
    toast(t('invite.revoked'));
  };
  return (
    <section className={styles.part}>
      <h3>{t('invite.guests')}</h3>
      <p className="small muted">{t('invite.guestsMore')}</p>
      <ul className={styles.links}>
        {data?.links.map((link) => (
          <LinkRow
            key={link.id}
            link={link}
            onCopy={() => void copyLink(link)}
            onRevoke={() => void attempt(() => revoke(link))}
          />
        ))}
      </ul>
      <div className={styles.make}>
        <label className="small">
          {t('invite.valid')}
          <select value={validS} onChange={(event) => setValidS(Number(event.currentTarget.value))}>
            {choicesS.map((seconds) => (
              <option key={seconds} value={seconds}>
                {seconds > 24 * hourS
                  ? t('invite.days', { count: seconds / hourS / 24 })
                  : t('invite.hours', { count: seconds / hourS })}
              </option>
            ))}
          </select>
        </label>
        <Button look="line" data-testid="guest-link-make" onClick={() => void attempt(make)}>
          {t('invite.make')}
        </Button>
      </div>
    </section>
  );
}

function LinkRow({ link, onCopy, onRevoke }: { link: GuestLink; onCopy: () => void; onRevoke: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const expiresAtMs = Date.parse(link.expires_at);
  const time = `${dayName(expiresAtMs, useNow(60_000), language)} ${clockTime(expiresAtMs, language)}`;
  return (
    <li className={styles.link} data-testid="guest-link" data-url={link.url}>
      <span className={styles.words}>
        <b>{t('invite.until', { time })}</b>
        <span className="small muted">{t('invite.used', { count: link.guest_count })}</span>
      </span>
      <Button look="quiet" aria-label={t('invite.copyUntil', { time })} onClick={onCopy}>
        {t('invite.copy')}
      </Button>
      <Button look="quiet" aria-label={t('invite.revokeUntil', { time })} onClick={onRevoke}>
        {t('invite.revoke')}
      </Button>
    </li>
  );
}
