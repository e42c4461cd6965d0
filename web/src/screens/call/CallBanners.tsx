import { IconAlertCircle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Cause } from '../../../../src/protocol/assessment.ts';
import { useCalls } from '../../app/context.tsx';
import { errorWords } from '../../app/errorWords.ts';
import { DeviceError } from '../../call/media/devices.ts';
import type { CallPerson } from '../../call/people.ts';
import { warnOfRisk } from '../../call/sounds.ts';
import { Banner } from '../../parts/Banner.tsx';
import { Button } from '../../parts/Button.tsx';
import { StatusGlyph } from '../../parts/StatusGlyph.tsx';
import { useCallState, usePeople } from './callContext.tsx';
import { usePanel } from './panel.ts';

/** One banner at a time: a risk before a device that does not work. */
export function CallBanners() {
  const { others, self } = usePeople();
  const risky = useRisky(others);
  if (risky.length > 0) return <RiskBanner key={causeKey(risky)} people={risky} />;
  if (self.view.status === 'risk') return <OwnRiskBanner />;
  return <TroubleBanner />;
}

/** People at risk, and those who were until 30 s ago: the news stays long enough to be read. */
function useRisky(others: readonly CallPerson[]): CallPerson[] {
  const [until, setUntil] = useState<Record<string, number>>({});
  const now = others.filter(({ view }) => view.status === 'risk').map(({ peerId }) => peerId);
  const key = now.join();
  useEffect(() => {
    const ids = key === '' ? [] : key.split(',');
    setUntil((held) => ({ ...held, ...Object.fromEntries(ids.map((id) => [id, Number.POSITIVE_INFINITY])) }));
    const timer = setTimeout(
      () => setUntil((held) => Object.fromEntries(Object.entries(held).filter(([id]) => ids.includes(id)))),
      30_000,
    );
    return () => clearTimeout(timer);
  }, [key]);
  return others.filter(({ peerId, view }) => view.status === 'risk' || peerId in until);
}

const causeKey = (people: readonly CallPerson[]): string =>
  people.map(({ peerId, view }) => `${peerId}:${foundCause(view.causes)?.code ?? ''}`).join();

function foundCause(causes: readonly Cause[]): Cause | undefined {
  return causes.find(({ outcome }) => outcome === 'found');
}

function RiskBanner({ people }: { people: readonly CallPerson[] }) {
  const { t } = useTranslation();
  const { openSecurity } = usePanel();
  const [hidden, setHidden] = useState(false);
  const [first] = people;
  // Once per person and cause: with another cause this is another banner.
  useEffect(warnOfRisk, []);
  if (hidden || !first) return null;
  const single = people.length === 1;
  return (
    <Banner
      kind="risk"
      icon={<StatusGlyph sign="risk" size={24} />}
      title={single ? t('banner.risk', { name: first.name }) : t('banner.riskMany', { count: people.length })}
      text={single ? t(`banner.${riskText(first)}`) : people.map(({ name }) => name).join(t('card.listComma'))}
      actions={
        <Button look="quiet" onClick={() => openSecurity(first.peerId)}>
          {t('banner.seeWhy')}
        </Button>
      }
      onHide={() => setHidden(true)}
    />
  );
}

function riskText({ view }: CallPerson): 'riskFrozen' | 'riskLooped' | 'riskFace' | 'riskMore' {
  switch (foundCause(view.causes)?.code) {
    case 'frozen':
      return 'riskFrozen';
    case 'looped':
      return 'riskLooped';
    case 'face_changed':
      return 'riskFace';
    default:
      return 'riskMore';
  }
}

function OwnRiskBanner() {
  const { t } = useTranslation();
  const [hidden, setHidden] = useState(false);
  if (hidden) return null;
  return (
    <Banner
      kind="risk"
      icon={<StatusGlyph sign="risk" size={24} />}
      title={t('banner.riskYou')}
      onHide={() => setHidden(true)}
    />
  );
}

/** A device that did not open, or another failure; hidden by the user or by what comes next. */
export function TroubleBanner() {
  const { t } = useTranslation();
  const calls = useCalls();
  const trouble = useStore(calls.store, (state) => state.trouble);
  const own = useCallState((state) => state.own);
  const online = useCallState((state) => state.online);
  const icon = <IconAlertCircle size={24} stroke={1.8} aria-hidden />;
  const kind = (['camera', 'mic'] as const).find((device) => own[device].problem !== null);
  const problem = kind && own[kind].problem;
  const hide = (): void => calls.store.setState({ trouble: null });
  if (trouble === null) return null;
  if (kind && problem)
    return <Banner kind="warn" icon={icon} title={t(`banner.device.${kind}.${problem}`)} onHide={hide} />;
  // While the connection is away that is said in its own place.
  if (!online || trouble.error instanceof DeviceError) return null;
  return <Banner kind="warn" icon={icon} title={errorWords(trouble.error, t)} onHide={hide} />;
}
