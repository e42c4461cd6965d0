import { useEffect } from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import type { CallPerson } from '../../call/people.ts';
import { Avatar } from '../../parts/Avatar.tsx';
import { HangUpIcon } from '../../parts/Mark.tsx';
import { Plate } from '../../parts/Plate.tsx';
import { Video } from '../../parts/Video.tsx';
import { useTranslation } from 'react-i18next';
import { useCall, useCallState, usePeople } from './callContext.tsx';
import { DeviceToggle } from './DeviceButton.tsx';
import { floating, togglePictureInPicture } from './pictureInPicture.ts';
import styles from './FloatingWindow.module.css';
import { useTileSize } from './useTileSize.ts';

/** The call in a window that floats above all others: who speaks, with the plate, and the three buttons one needs. */
export function FloatingWindow() {
  const { window: open } = useStore(floating);
  useEffect(() => {
    // Chromium asks by this when the user goes to another tab.
    const session = 'mediaSession' in navigator ? navigator.mediaSession : null;
    const action = 'enterpictureinpicture' as MediaSessionAction;
    try {
      session?.setActionHandler(action, () => void togglePictureInPicture());
    } catch {
      // A browser that does not know the action.
    }
    return () => {
      floating.getState().window?.close();
      try {
        session?.setActionHandler(action, null);
      } catch {
        // As above.
      }
    };
  }, []);
  return open && createPortal(<Content />, open.document.body);
}

function Content() {
  const { t } = useTranslation();
  const call = useCall();
  const { others, self } = usePeople();
  const speaker = useCallState((state) => state.activeSpeaker);
  const person = mostRecent(others, speaker) ?? self;
  return (
    <div className={styles.window} data-testid="floating">
      <Picture key={person.peerId} person={person} />
      <div className={styles.bar}>
        <DeviceToggle kind="mic" className={styles.button} />
        <DeviceToggle kind="camera" className={styles.button} />
        <button
          type="button"
          className={`${styles.button} ${styles.hangUp}`}
          aria-label={t('call.hangUp')}
          title={t('call.hangUp')}
          onClick={() => void call.leave().catch(() => undefined)}
        >
          <HangUpIcon />
        </button>
      </div>
    </div>
  );
}

/** A person at risk comes first, as on page one of the grid; then who spoke last. */
function mostRecent(others: readonly CallPerson[], speaker: string | null): CallPerson | undefined {
  const risky = others.find(({ view }) => view.status === 'risk');
  return risky ?? others.find(({ peerId }) => peerId === speaker) ?? others[0];
}

function Picture({ person }: { person: CallPerson }) {
  const ref = useTileSize(person.camera?.consumerId ?? null);
  const { name, view, self, role, micOn, speaking } = person;
  return (
    <div ref={ref} className={styles.picture} data-self={self}>
      {person.camera ? <Video track={person.camera.track} /> : <Avatar name={person.ownName} size="large" />}
      <Plate
        name={name}
        view={view}
        self={self}
        guest={role === 'guest'}
        muted={!micOn}
        speaking={speaking}
        backgroundChanged={person.backgroundChanged}
        full={false}
      />
    </div>
  );
}
