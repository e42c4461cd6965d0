import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { displayName } from '../call/people.ts';
import { ringOut } from '../call/sounds.ts';
import { Avatar } from '../parts/Avatar.tsx';
import { BlurredGround } from '../parts/BlurredGround.tsx';
import { HangUpIcon } from '../parts/Mark.tsx';
import { NamePlate } from '../parts/Plate.tsx';
import { useTitle } from '../parts/useTitle.ts';
import { Video } from '../parts/Video.tsx';
import barStyles from './call/Bar.module.css';
import { BarButton } from './call/BarButton.tsx';
import { TroubleBanner } from './call/CallBanners.tsx';
import { useCall, useCallState } from './call/callContext.tsx';
import { DeviceButton } from './call/DeviceButton.tsx';
import styles from './CallingScreen.module.css';

/** The other person's devices ring: own picture dark behind their name, and small and clear in the corner. */
export function CallingScreen({ outgoing }: { outgoing: boolean }) {
  const { t } = useTranslation();
  const call = useCall();
  const root = useRef<HTMLElement>(null);
  const callee = useCallState((state) => state.call?.callee ?? state.call?.caller ?? null);
  const ringing = useCallState((state) => state.phase === 'calling');
  const track = useCallState((state) => state.own.camera.track);
  const peer = useCallState((state) => state.peers[0]);
  const person = peer?.user ?? callee;
  const name = person ? displayName(person) : '';
  useTitle(t('calling.title', { name }));
  useEffect(() => (ringing ? ringOut() : undefined), [ringing]);
  return (
    <main ref={root} className={styles.out} data-testid={outgoing ? 'calling' : 'connecting'}>
      {track && <BlurredGround around={root} className={styles.ground} />}
      <div className={styles.middle}>
        <div className={styles.pulse}>
          <Avatar name={name} size="large" />
        </div>
        <h1>{name}</h1>
        <p role="status">{ringing ? t('calling.ringing') : t('calling.connecting')}</p>
      </div>
      <div className={styles.trouble}>
        <TroubleBanner />
      </div>
      {track && (
        <div className={styles.self} data-testid="tile" data-self="true">
          <Video track={track} testId="tile-video" />
          <NamePlate name={t('call.you')} />
        </div>
      )}
      <footer className={styles.foot}>
        <div className={barStyles.bar} role="toolbar" aria-label={t('call.controls')}>
          <DeviceButton kind="mic" />
          <DeviceButton kind="camera" />
          <span className={barStyles.separator} aria-hidden />
          <BarButton
            className={`${barStyles.hangUp} ${barStyles.wideHangUp}`}
            label={t('action.cancel')}
            data-testid="hang-up"
            onClick={() => void call.leave().catch(() => undefined)}
          >
            <HangUpIcon />
            <span>{t('action.cancel')}</span>
          </BarButton>
        </div>
      </footer>
    </main>
  );
}
