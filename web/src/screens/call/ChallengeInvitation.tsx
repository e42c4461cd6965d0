import { IconBulb, IconInfoCircle, IconSun, IconUser, IconUsers } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChallengeInfo } from '../../../../src/protocol/challenge.ts';
import { displayName } from '../../call/people.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import styles from './Challenge.module.css';
import { useOfferedKind } from './challengeOffers.ts';
import { ChallengeChoice } from './ChallengeChoice.tsx';
import { useCall, useCallState } from './callContext.tsx';

/** What is asked, by whom, how long it takes, and that no is an answer; both answers have the same size. */
export function ChallengeInvitation({ info }: { info: ChallengeInfo }) {
  const { t } = useTranslation();
  const id = useId();
  const { challenges } = useCall();
  const offered = useOfferedKind();
  const kind = info.kind === 'light' ? offered : info.kind;
  const who = useAsker(info);
  const asks = who === null ? t('challenge.serverAsks') : t('challenge.asks', { name: who });
  const Icon = kind === 'light' ? IconBulb : IconUser;
  return (
    <Dialog labelledBy={id} testId="challenge" onEscape={() => void challenges.dismiss()}>
      <div className={styles.dialog}>
        <div className={styles.demo} data-kind={kind} aria-hidden>
          <span>
            <Icon size={38} stroke={1.6} />
          </span>
        </div>
        <div className="stack" style={{ gap: 6 }}>
          <h1 id={id}>{t(`challenge.invite.${kind}`)}</h1>
          <p className="muted">
            {asks}
            {t(`challenge.what.${kind}`)}
          </p>
        </div>
        {kind === 'light' && (
          <div className={styles.care}>
            <IconInfoCircle size={20} stroke={1.8} aria-hidden />
            <p>
              <b>{t('challenge.sensitive')}</b> {t('challenge.sensitiveMore')}
            </p>
          </div>
        )}
        <ul className={styles.steps}>
          <li>
            <IconSun size={18} stroke={1.8} aria-hidden />
            <span>{t(`challenge.tip.${kind}`)}</span>
          </li>
          <li>
            <IconUsers size={18} stroke={1.8} aria-hidden />
            <span>{t(`challenge.mayRefuse.${kind}`)}</span>
          </li>
        </ul>
        <div className={styles.actions}>
          <ChallengeChoice kind={kind} />
        </div>
      </div>
    </Dialog>
  );
}

/** The host who asks; null where the server does. */
function useAsker({ requestedBy }: ChallengeInfo): string | null {
  const peer = useCallState((state) => state.peers.find(({ peerId }) => peerId === requestedBy));
  return peer ? displayName(peer.user) : null;
}
