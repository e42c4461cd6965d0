import { Popover } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { confidenceLevel, riskLevel, type AssessmentView } from '../../call/assessments.ts';
import type { CallPerson } from '../../call/people.ts';
import { Button } from '../../parts/Button.tsx';
import { Plate } from '../../parts/Plate.tsx';
import { Status } from '../../parts/Status.tsx';
import { useLanguage } from '../../parts/useLanguage.ts';
import { useNow } from '../../parts/useNow.ts';
import { ago, clockTime, score } from '../../words/format.ts';
import { signOf } from '../../call/signs.ts';
import { useCallState } from './callContext.tsx';
import { useLayout } from './layout.ts';
import { CheckActions } from './CheckActions.tsx';
import { usePanel } from './panel.ts';
import styles from './BadgeCard.module.css';

const hoverMs = 400;

/** A plate that opens the card of what is known: at a press, or when the pointer rests on it. */
export function BadgePlate({ person, full }: { person: CallPerson; full: boolean }) {
  const { openSecurity } = usePanel();
  // What a press opened stays until it is closed; what the pointer opened goes with it.
  const [open, setOpen] = useState<'no' | 'hovered' | 'pressed'>('no');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const later = (hovers: boolean): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => setOpen((now) => (now === 'pressed' ? now : hovers ? 'hovered' : 'no')),
      hovers ? hoverMs : 200,
    );
  };
  const press = (): void => {
    clearTimeout(timer.current);
    setOpen((now) => (now === 'pressed' ? 'no' : 'pressed'));
  };
  const plate = (
    <Plate
      name={person.name}
      view={person.view}
      self={person.self}
      guest={person.role === 'guest' && !person.self}
      muted={!person.micOn}
      speaking={person.speaking}
      backgroundChanged={person.backgroundChanged}
      full={full}
      aria-expanded={person.self ? undefined : open !== 'no'}
      onClick={() => (person.self ? openSecurity(null) : press())}
      {...(person.self ? {} : { onPointerEnter: () => later(true), onPointerLeave: () => later(false) })}
    />
  );
  if (person.self) return plate;
  return (
    <Popover
      opened={open !== 'no'}
      onChange={(opened) => !opened && setOpen('no')}
      position="top-start"
      offset={14}
      shadow="md"
      trapFocus={false}
      withinPortal
      transitionProps={{ duration: 120, transition: 'fade' }}
    >
      <Popover.Target popupType="dialog">{plate}</Popover.Target>
      <Popover.Dropdown p={0} onPointerEnter={() => later(true)} onPointerLeave={() => later(false)}>
        <BadgeCard
          person={person}
          onOpenSecurity={() => {
            setOpen('no');
            openSecurity(person.peerId);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

/** What is known of one person's picture, in words first and numbers second. */
function BadgeCard({ person, onOpenSecurity }: { person: CallPerson; onOpenSecurity: () => void }) {
  const { t } = useTranslation();
  const { view } = person;
  const sentence = useSentence(view);
  const verified = view.assurance === 'verified';
  const level = view.confidence === null ? '' : t(`card.level.${confidenceLevel(view.confidence)}`);
  const looked = view.causes.filter(({ outcome }) => outcome !== 'not_looked').map((c) => t(`analyzer.${c.analyzer}`));
  return (
    <div className={styles.card} data-testid="call-badge-card">
      <Status status={view.status} assurance={view.assurance} strong />
      <p>{sentence}</p>
      <dl>
        {view.risk !== null && (
          <Fact name={t('card.risk')} value={score(view.risk)} note={t(`card.level.${riskLevel(view.risk)}`)} />
        )}
        {view.confidence !== null && (
          <Fact
            name={t('card.confidence')}
            value={score(view.confidence)}
            note={verified ? level : t('card.unproven', { level })}
          />
        )}
        <Fact name={t('card.account')} value={useAccountWords()(person)} />
        {person.backgroundChanged && <Fact name={t('card.background')} value={t('card.backgroundChanged')} />}
        {looked.length > 0 && <Fact name={t('card.lookedAt')} value={looked.join(t('card.listComma'))} />}
        <LastLook view={view} />
      </dl>
      <CheckActions person={person} />
      <Button onClick={onOpenSecurity}>{t('card.openSecurity')}</Button>
      <PinButton peerId={person.peerId} />
    </div>
  );
}

/** Where there are several to choose from: this one comes first, and is the large one in the spotlight. */
function PinButton({ peerId }: { peerId: string }) {
  const { t } = useTranslation();
  const { pinned, togglePin } = useLayout();
  const several = useCallState((state) => state.peers.length > 1);
  if (!several) return null;
  const isPinned = pinned === peerId;
  return (
    <Button look="quiet" aria-pressed={isPinned} data-testid="pin" onClick={() => togglePin(peerId)}>
      {isPinned ? t('call.unpin') : t('call.pin')}
    </Button>
  );
}

function Fact({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value} {note !== undefined && <span className="muted">{note}</span>}
      </dd>
    </div>
  );
}

function LastLook({ view }: { view: AssessmentView }) {
  const { t } = useTranslation();
  const interval = useCallState((state) => state.policy.scanIntervalMs);
  const now = useNow();
  if (view.scannedAtMs === null) return <Fact name={t('card.lastLook')} value={t('card.never')} />;
  const age = Math.max(0, now - view.scannedAtMs);
  const seconds = Math.round((interval - age) / 1000);
  const words = seconds > 0 ? t('card.next', { ago: ago(age, t), seconds }) : ago(age, t);
  return <Fact name={t('card.lastLook')} value={words} />;
}

/** One sentence for a result. */
export function useSentence(view: AssessmentView): string {
  const { t } = useTranslation();
  const language = useLanguage();
  if (view.status === 'unscored') return t(`sentence.reason.${view.reason ?? 'waiting'}`);
  const sign = signOf(view.status, view.assurance);
  if (sign !== 'verified') return t(`sentence.${sign}` as 'sentence.safe');
  return t('sentence.verified', { time: view.verifiedAtMs === null ? '' : clockTime(view.verifiedAtMs, language) });
}

/** What is known of the account, which is another matter than the picture. */
export function useAccountWords(): (person: CallPerson) => string {
  const { t } = useTranslation();
  return (person) =>
    person.role === 'guest' ? t('card.guestMore') : t('card.signedIn', { username: person.username });
}
