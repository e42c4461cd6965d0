import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cause, CauseOutcome } from '../../../../src/protocol/assessment.ts';
import { compareUrgency, confidenceLevel, riskLevel } from '../../call/assessments.ts';
import type { CallPerson } from '../../call/people.ts';
import { Avatar } from '../../parts/Avatar.tsx';
import { Meter } from '../../parts/Meter.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { RiskLegend, RiskPlot } from '../../parts/Plot.tsx';
import { Status } from '../../parts/Status.tsx';
import { signOf, type Sign } from '../../call/signs.ts';
import { StatusGlyph } from '../../parts/StatusGlyph.tsx';
import { useNow } from '../../parts/useNow.ts';
import { ago, score } from '../../words/format.ts';
import { useAccountWords, useSentence } from './BadgeCard.tsx';
import { CheckActions, OwnCheckButton } from './CheckActions.tsx';
import { CheckRules } from './CheckRules.tsx';
import { useCallState, usePeople } from './callContext.tsx';
import { HostActions } from './HostActions.tsx';
import { usePanel } from './panel.ts';
import styles from './SecurityPanel.module.css';

/** Everything the signs say, in words: one row per person, the most urgent first, one open at a time. */
export function SecurityPanel() {
  const { t } = useTranslation();
  const { peerId, close } = usePanel();
  const { others } = usePeople();
  const interval = useCallState((state) => state.policy.scanIntervalMs);
  const people = [...others].sort((a, b) => compareUrgency(a.view, b.view));
  const [chosen, setChosen] = useState<string | null | undefined>(peerId ?? undefined);
  // Unless somebody was chosen the most urgent row is open.
  const open = chosen === undefined ? people[0]?.peerId : chosen;
  const risks = people.filter(({ view }) => view.status === 'risk').length;
  return (
    <Panel title={t('security.title')} bodyLabel={t('security.results')} onClose={close}>
      <p className={`small ${styles.summary}`}>
        {people.length === 0
          ? t('security.nobody')
          : risks > 0
            ? t('security.riskCount', { count: risks })
            : t('security.everyone', { seconds: Math.round(interval / 1000) })}
      </p>
      <ul className={styles.list}>
        {people.map((person) => (
          <li key={person.peerId}>
            <Row
              person={person}
              open={open === person.peerId}
              onToggle={() => setChosen(open === person.peerId ? null : person.peerId)}
            />
            {open === person.peerId && <Detail person={person} />}
          </li>
        ))}
      </ul>
      <CheckRules />
      <OwnNote />
    </Panel>
  );
}

function Row({ person, open, onToggle }: { person: CallPerson; open: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const { view } = person;
  const note = view.reason !== null ? t(`reason.${view.reason}`) : ago(now - (view.scannedAtMs ?? now), t);
  return (
    <button type="button" className={styles.row} aria-expanded={open} onClick={onToggle}>
      <Avatar name={person.name} size="small" />
      <span className={styles.who}>
        <b className="ell">{person.name}</b>
        <span className="tiny ell">{person.role === 'guest' ? t('card.guestMore') : note}</span>
      </span>
      <Status status={view.status} assurance={view.assurance} />
      <span className={styles.chevron}>
        <IconChevronDown size={16} stroke={1.8} aria-hidden />
      </span>
    </button>
  );
}

function Detail({ person }: { person: CallPerson }) {
  const { t } = useTranslation();
  const { view } = person;
  return (
    <div className={styles.detail}>
      <div>
        <p className="small">{useSentence(view)}</p>
        <p className="small muted">{useAccountWords()(person)}</p>
        {person.backgroundChanged && <p className="small muted">{t('card.backgroundChanged')}</p>}
      </div>
      {view.risk !== null && view.confidence !== null && (
        <div className={styles.meters}>
          <Meter label={t('card.risk')} value={view.risk} word={t(`card.level.${riskLevel(view.risk)}`)} />
          <Meter
            label={t('card.confidence')}
            value={view.confidence}
            word={t(`card.level.${confidenceLevel(view.confidence)}`)}
          />
        </div>
      )}
      <HostActions person={person} />
      {view.causes.length > 0 && <LookedAt causes={view.causes} scannedAtMs={view.scannedAtMs} />}
      <CheckActions person={person} />
      <LastMinutes person={person} />
    </div>
  );
}

const signOfOutcome: Readonly<Record<CauseOutcome, Sign>> = {
  fine: 'safe',
  passed: 'verified',
  hint: 'undetermined',
  gathering: 'undetermined',
  found: 'risk',
  not_looked: 'unscored',
};

function LookedAt({ causes, scannedAtMs }: { causes: readonly Cause[]; scannedAtMs: number | null }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <div>
      <h3>
        {scannedAtMs === null ? t('security.lookedAt') : t('security.lookedAtAgo', { ago: ago(now - scannedAtMs, t) })}
      </h3>
      <ul className={styles.looked}>
        {causes.map(({ analyzer, outcome, code }) => (
          <li key={analyzer} data-sign={signOfOutcome[outcome]}>
            <StatusGlyph sign={signOfOutcome[outcome]} size={18} />
            <b>{t(`analyzer.${analyzer}`)}</b>
            <p>{t(`cause.${code}`)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}

const shownMs = 10 * 60_000;

function LastMinutes({ person }: { person: CallPerson }) {
  const { t } = useTranslation();
  const looks = useCallState((state) => state.looks[person.peerId]);
  const now = useNow(5000);
  const scored = looks?.filter(({ risk }) => risk !== null) ?? [];
  const last = scored.at(-1)?.risk ?? null;
  return (
    <div>
      <h3>{t('security.last10')}</h3>
      {last === null ? (
        <p className="small muted">{t('security.noPlot')}</p>
      ) : (
        <>
          <RiskPlot
            label={t('security.plotLabel', { name: person.name, risk: score(last) })}
            risk={looks?.map(({ atMs, risk }) => ({ atMs, value: risk })) ?? []}
            confidence={looks?.map(({ atMs, confidence }) => ({ atMs, value: confidence })) ?? []}
            fromMs={now - shownMs}
            toMs={now}
            height={84}
            xMarks={[t('security.tenAgo'), t('security.now')]}
          />
          <div style={{ marginTop: 8 }}>
            <RiskLegend />
          </div>
        </>
      )}
    </div>
  );
}

/** What others see of oneself, and why there is no number. */
function OwnNote() {
  const { t } = useTranslation();
  const { view } = usePeople().self;
  const status = t(`status.${signOf(view.status, view.assurance)}`);
  return (
    <div className={styles.foot}>
      <p>
        {view.reason === null
          ? t('security.own', { status })
          : t('security.ownReason', { status, reason: t(`sentence.reason.${view.reason}`) })}
      </p>
      <OwnCheckButton />
    </div>
  );
}
