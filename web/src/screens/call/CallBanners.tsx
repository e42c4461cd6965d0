import { IconAlertCircle, IconAntennaBars2, IconBulb, IconUserSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Cause, CauseCode } from '../../../../src/protocol/assessment.ts';
import { useCalls } from '../../app/context.tsx';
import { errorWords } from '../../app/errorWords.ts';
import { DeviceError } from '../../call/media/devices.ts';
import type { CallPerson } from '../../call/people.ts';
import { isWeak } from '../../call/quality.ts';
import { warnOfRisk } from '../../call/sounds.ts';
import { Banner } from '../../parts/Banner.tsx';
import { Button } from '../../parts/Button.tsx';
import { StatusGlyph } from '../../parts/StatusGlyph.tsx';
import { useCall, useCallState, useChallenges, usePeople } from './callContext.tsx';
import { ChallengeChoice } from './ChallengeChoice.tsx';
import { isOffer, useOfferedKind } from './challengeOffers.ts';
import { usePanel } from './panel.ts';
import { useUnseenWaiting, WaitingBanner } from './WaitingBanner.tsx';

/** One banner at a time: a risk before somebody who waits, before a device that does not work. */
export function CallBanners() {
  const { others, self } = usePeople();
  const news = useRiskNews(others);
  const asker = useChallenges((state) => state.review);
  const review = others.find(({ peerId }) => peerId === asker);
  const offer = useChallenges(({ own }) => own?.phase === 'invited' && isOffer(own.info));
  const waiting = useUnseenWaiting();
  if (news.length > 0) return <RiskBanner key={news.map((n) => n.peerId + (n.code ?? '')).join()} news={news} />;
  if (self.view.status === 'risk') return <OwnRiskBanner />;
  if (offer) return <OfferBanner />;
  if (review) return <ReviewBanner person={review} />;
  if (waiting) return <WaitingBanner />;
  return (
    <>
      <TroubleBanner />
      <NetworkBanner />
    </>
  );
}

/** A person who is at risk, or was until a moment ago, and what was found then. */
interface RiskNews {
  peerId: string;
  name: string;
  code: CauseCode | null;
}

/** News of a risk stays for this long after the risk, so that it can be read, ms. */
const stayMs = 30_000;

function useRiskNews(others: readonly CallPerson[]): RiskNews[] {
  const [codes, setCodes] = useState<ReadonlyMap<string, CauseCode | null>>(new Map());
  const now = others.flatMap(({ peerId, view }) => (view.status === 'risk' ? [[peerId, foundCode(view.causes)]] : []));
  const key = JSON.stringify(now);
  useEffect(() => {
    const atRisk = new Map(JSON.parse(key) as Array<[string, CauseCode | null]>);
    setCodes((held) => new Map([...held, ...atRisk]));
    const timer = setTimeout(() => setCodes(atRisk), stayMs);
    return () => clearTimeout(timer);
  }, [key]);
  return others.flatMap(({ peerId, name }) => {
    const code = codes.get(peerId);
    return code === undefined ? [] : [{ peerId, name, code }];
  });
}

function foundCode(causes: readonly Cause[]): CauseCode | null {
  return causes.find(({ outcome }) => outcome === 'found')?.code ?? null;
}

function RiskBanner({ news }: { news: readonly RiskNews[] }) {
  const { t } = useTranslation();
  const { openSecurity } = usePanel();
  const [hidden, setHidden] = useState(false);
  const [first] = news;
  // Once per person and cause: with another cause this is another banner.
  useEffect(warnOfRisk, []);
  if (hidden || !first) return null;
  const single = news.length === 1;
  return (
    <Banner
      kind="risk"
      icon={<StatusGlyph sign="risk" size={24} />}
      title={single ? t('banner.risk', { name: first.name }) : t('banner.riskMany', { count: news.length })}
      text={single ? t(`banner.${riskText(first.code)}`) : news.map(({ name }) => name).join(t('card.listComma'))}
      actions={
        <Button look="quiet" onClick={() => openSecurity(first.peerId)}>
          {t('banner.seeWhy')}
        </Button>
      }
      onHide={() => setHidden(true)}
    />
  );
}

function riskText(code: CauseCode | null): 'riskFrozen' | 'riskLooped' | 'riskFace' | 'riskMore' {
  switch (code) {
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
  const { challenges } = useCall();
  const kind = useOfferedKind();
  const [hidden, setHidden] = useState(false);
  if (hidden) return null;
  return (
    <Banner
      kind="risk"
      icon={<StatusGlyph sign="risk" size={24} />}
      title={t('banner.riskYou')}
      actions={
        <Button look="quiet" onClick={() => void challenges.start(kind)}>
          {t(`challenge.doNow.${kind}`)}
        </Button>
      }
      onHide={() => setHidden(true)}
    />
  );
}

/** To hosts: somebody wants his result looked at. */
function ReviewBanner({ person }: { person: CallPerson }) {
  const { t } = useTranslation();
  const { challenges } = useCall();
  const { openSecurity } = usePanel();
  return (
    <Banner
      kind="info"
      icon={<IconUserSearch size={24} stroke={1.8} aria-hidden />}
      title={t('challenge.reviewAsked', { name: person.name })}
      actions={
        <Button
          look="main"
          onClick={() => {
            challenges.endReview();
            openSecurity(person.peerId);
          }}
        >
          {t('banner.seeWhy')}
        </Button>
      }
      onHide={() => challenges.endReview()}
    />
  );
}

/** The server offers a check: to be taken or left. */
function OfferBanner() {
  const { t } = useTranslation();
  const kind = useOfferedKind();
  return (
    <Banner
      kind="info"
      icon={<IconBulb size={24} stroke={1.8} aria-hidden />}
      title={t(`challenge.invite.${kind}`)}
      text={t(`challenge.offer.${kind}`)}
      actions={<ChallengeChoice kind={kind} />}
    />
  );
}

/** The own network is weak by what was measured, or has no room for somebody's video. Gives way to other banners. */
function NetworkBanner() {
  const { t } = useTranslation();
  const { others } = usePeople();
  const trouble = useStore(useCalls().store, (state) => state.trouble);
  const measured = useCallState(({ quality }) => quality !== null && isWeak(quality));
  const online = useCallState((state) => state.online);
  const weak = measured || others.some(({ cameraSuspended }) => cameraSuspended);
  const [hidden, setHidden] = useState(false);
  // Another time is another notice.
  useEffect(() => {
    if (!weak) setHidden(false);
  }, [weak]);
  if (!weak || hidden || !online || trouble !== null) return null;
  const icon = <IconAntennaBars2 size={24} stroke={1.8} aria-hidden />;
  return <Banner kind="warn" icon={icon} title={t('banner.weak')} onHide={() => setHidden(true)} />;
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
  if (problem === 'blur' || (trouble.error instanceof DeviceError && trouble.error.problem === 'blur'))
    return <Banner kind="warn" icon={icon} title={t('banner.device.blur')} onHide={hide} />;
  if (kind && problem)
    return <Banner kind="warn" icon={icon} title={t(`banner.device.${kind}.${problem}`)} onHide={hide} />;
  // While the connection is away that is said in its own place.
  if (!online || trouble.error instanceof DeviceError) return null;
  return <Banner kind="warn" icon={icon} title={errorWords(trouble.error, t)} onHide={hide} />;
}
