import { IconAntennaBars2, IconLock } from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallPerson } from '../../call/people.ts';
import { Avatar } from '../../parts/Avatar.tsx';
import { BlurredGround } from '../../parts/BlurredGround.tsx';
import { signOf } from '../../call/signs.ts';
import { Video } from '../../parts/Video.tsx';
import styles from '../../parts/Tile.module.css';
import { TileSigns } from './TileSigns.tsx';
import { BadgePlate } from './BadgeCard.tsx';
import { useFit } from './useFit.ts';
import { useTileSize } from './useTileSize.ts';

export interface TileProps {
  person: CallPerson;
  /** Alone on the stage: a full plate. */
  hero?: boolean;
  /** Shows who speaks; between two nobody needs it. */
  ring?: boolean;
  className?: string | undefined;
  style?: CSSProperties;
  children?: ReactNode;
}

/** One person's picture with their plate. */
export function Tile({ person, hero = false, ring = true, className, style, children }: TileProps) {
  const { t } = useTranslation();
  const ref = useTileSize(person.camera?.consumerId ?? null);
  const { name, self, view, micOn } = person;
  const fit = useFit(ref, person.camera?.track ?? null);
  const whole = hero && fit === 'contain';
  const status = t(`status.${signOf(view.status, view.assurance)}`);
  const videoClass = [
    styles.video,
    self && styles.mirrored,
    whole && styles.contain,
    person.away && !self && styles.lost,
  ];
  return (
    <div
      ref={ref}
      role="group"
      aria-label={t('call.tile', { name, status, mic: micOn ? t('call.unmuted') : t('call.muted') })}
      className={`${styles.tile} ${className ?? ''}`}
      style={style}
      data-testid="tile"
      data-peer={person.peerId}
      data-self={self}
      data-status={self ? undefined : view.status}
      data-speaking={(ring && person.speaking) || undefined}
    >
      {person.camera ? (
        <>
          {whole && <BlurredGround around={ref} className={styles.ground} />}
          <Video track={person.camera.track} className={videoClass.filter(Boolean).join(' ')} testId="tile-video" />
        </>
      ) : (
        <div className={styles.off}>
          <Avatar name={person.ownName} size="fill" />
        </div>
      )}
      {person.cameraStopped && (
        <div className={styles.message}>
          <IconLock size={24} stroke={1.8} aria-hidden />
          <b>{person.cameraStopped === 'host' ? t('call.stoppedHost') : t('call.stopped')}</b>
          <span>
            {t(
              self ? 'call.stoppedSelf' : person.cameraStopped === 'host' ? 'call.stoppedHostMore' : 'call.stoppedMore',
            )}
          </span>
        </div>
      )}
      {person.cameraSuspended && !person.cameraStopped && (
        <div className={styles.message}>
          <IconAntennaBars2 size={24} stroke={1.8} aria-hidden />
          <b>{t('call.weakVideo')}</b>
          <span>{t('call.weakVideoMore')}</span>
        </div>
      )}
      <TileSigns person={person} />
      <BadgePlate person={person} full={hero} />
      {children}
    </div>
  );
}
