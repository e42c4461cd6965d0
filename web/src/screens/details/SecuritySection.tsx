import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../../parts/Avatar.tsx';
import { Button } from '../../parts/Button.tsx';
import { Band, BandLegend, RiskLegend, RiskPlot } from '../../parts/Plot.tsx';
import { StatusGlyph } from '../../parts/StatusGlyph.tsx';
import { useLanguage } from '../../parts/useLanguage.ts';
import { clockTime, score } from '../../words/format.ts';
import styles from '../DetailsScreen.module.css';
import type { CallDetails, CallTimeline, PersonBand } from '../timeline.ts';
import { useBandLabel } from '../useBandLabel.ts';
import { SecurityTable } from './SecurityTable.tsx';
import { useTimeMarks } from './useTimeMarks.ts';
import { usePersonName } from './usePersonName.ts';

/** What was seen of each person over the call, as bands, and risk and confidence of the others as curves. */
export function SecuritySection({ details, timeline }: { details: CallDetails; timeline: CallTimeline }) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const nameOf = usePersonName(details);
  const { bands } = timeline;
  return (
    <section className="card pad" aria-labelledby="security">
      <div className={styles.sectionHead}>
        <h2 id="security">{t('details.security')}</h2>
        {bands.length > 0 && (
          <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? t('details.asPlot') : t('details.asTable')}
          </Button>
        )}
      </div>
      {bands.length === 0 ? (
        <p className="muted">{t('details.noSecurity')}</p>
      ) : asTable ? (
        <SecurityTable details={details} />
      ) : (
        <>
          <Bands timeline={timeline} nameOf={nameOf} />
          {bands
            .filter(({ risk }) => risk.some(({ value }) => value !== null))
            .map((band) => (
              <RiskCurve key={band.userId} band={band} timeline={timeline} name={nameOf(band.userId)} />
            ))}
        </>
      )}
    </section>
  );
}

function Bands({ timeline, nameOf }: { timeline: CallTimeline; nameOf: (userId: string, plain?: boolean) => string }) {
  const language = useLanguage();
  const bandLabel = useBandLabel();
  const marks = useTimeMarks(timeline);
  const { fromMs, toMs } = timeline;
  return (
    <>
      <div className={styles.bands}>
        {timeline.bands.map(({ userId, parts }) => {
          const name = nameOf(userId);
          const risk = parts.find(({ sign }) => sign === 'risk');
          return [
            <span key={`${userId}-name`} className={styles.name}>
              <Avatar name={nameOf(userId, true)} size="small" />
              <span className="ell">{name}</span>
            </span>,
            <div key={userId} className={styles.band}>
              {risk && (
                <span
                  className={styles.mark}
                  style={{
                    left: `clamp(24px, ${((risk.fromMs - fromMs) / (toMs - fromMs)) * 100}%, calc(100% - 24px))`,
                  }}
                >
                  <StatusGlyph sign="risk" size={15} />
                  {clockTime(risk.fromMs, language)}
                </span>
              )}
              <Band label={bandLabel(name, parts)} parts={parts} />
            </div>,
          ];
        })}
        <div className={styles.axis} aria-hidden>
          {marks.map((mark, index) => (
            <span key={index}>{mark}</span>
          ))}
        </div>
      </div>
      <div style={{ marginTop: 12 }}>
        <BandLegend />
      </div>
    </>
  );
}

function RiskCurve({ band, timeline, name }: { band: PersonBand; timeline: CallTimeline; name: string }) {
  const { t } = useTranslation();
  const values = band.risk.flatMap(({ value }) => value ?? []);
  const [low, high, last] = [Math.min(...values), Math.max(...values), values.at(-1) ?? 0].map(score);
  return (
    <>
      <h3 className={styles.subhead}>{t('details.riskOf', { name })}</h3>
      <RiskPlot
        label={t('details.riskLabel', { name, low: low ?? '', high: high ?? '', last: last ?? '' })}
        risk={band.risk}
        confidence={band.confidence}
        fromMs={timeline.fromMs}
        toMs={timeline.toMs}
        height={150}
        xMarks={useTimeMarks(timeline)}
      />
      <div style={{ marginTop: 10 }}>
        <RiskLegend>
          <span>{t('details.riskLine')}</span>
        </RiskLegend>
      </div>
    </>
  );
}
