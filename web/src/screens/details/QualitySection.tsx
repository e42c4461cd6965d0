import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/Button.tsx';
import { CurveLegend, Plot } from '../../parts/Plot.tsx';
import { niceTop } from '../../parts/plots.ts';
import { useLanguage } from '../../parts/useLanguage.ts';
import { clockTimeSeconds } from '../../words/format.ts';
import styles from '../DetailsScreen.module.css';
import type { CallDetails } from '../timeline.ts';
import { useTimeMarks } from './useTimeMarks.ts';
import { usePersonName } from './usePersonName.ts';

type Entry = CallDetails['quality_timeline'][number];
const colors = ['var(--plot-a)', 'var(--plot-b)', 'var(--plot-c)'];

/** What each person's page received over the call: bitrate and loss. */
export function QualitySection({ details }: { details: CallDetails }) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const entries = details.quality_timeline;
  return (
    <section className="card pad" aria-labelledby="quality">
      <div className={styles.sectionHead}>
        <h2 id="quality">{t('details.quality')}</h2>
        {entries.length > 0 && (
          <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? t('details.asPlot') : t('details.asTable')}
          </Button>
        )}
      </div>
      {entries.length === 0 ? (
        <p className="muted">{t('details.noQuality')}</p>
      ) : asTable ? (
        <QualityTable details={details} />
      ) : (
        <>
          <Curves details={details} title={t('details.bitrate')} valueOf={(entry) => entry.bitrate_bps / 1000} />
          <Curves details={details} title={t('details.loss')} valueOf={(entry) => entry.loss * 100} atLeast={2} />
        </>
      )}
    </section>
  );
}

interface CurvesProps {
  details: CallDetails;
  title: string;
  valueOf: (entry: Entry) => number;
  /** Smallest top of the axis. */
  atLeast?: number;
}

function Curves({ details, title, valueOf, atLeast = 1 }: CurvesProps) {
  const { t } = useTranslation();
  const nameOf = usePersonName(details);
  const entries = details.quality_timeline;
  const values = entries.map(valueOf);
  const times = entries.map(({ at }) => Date.parse(at));
  const top = niceTop(Math.max(atLeast, ...values));
  const range = { fromMs: Math.min(...times), toMs: Math.max(...times) + 1 };
  const people = [...Map.groupBy(entries, ({ user_id }) => user_id)].map(([userId, own], index) => ({
    name: nameOf(userId),
    color: colors[index % colors.length] ?? 'var(--text)',
    dashed: index > 0,
    values: own.map(valueOf),
    samples: own.map((entry) => ({ atMs: Date.parse(entry.at), value: valueOf(entry) })),
  }));
  const label = people
    .map(({ name, values: own }) =>
      t('details.qualityLabel', {
        name,
        what: title,
        low: Math.min(...own).toFixed(1),
        high: Math.max(...own).toFixed(1),
      }),
    )
    .join(t('card.listComma'));
  return (
    <>
      <h3 className={styles.subhead}>{title}</h3>
      <Plot
        label={label}
        curves={people}
        box={{ ...range, top }}
        height={110}
        yMarks={[
          { at: 0, text: String(top) },
          { at: 0.5, text: String(top / 2) },
          { at: 1, text: '0' },
        ]}
        xMarks={useTimeMarks(range)}
      />
      <div style={{ marginTop: 8 }}>
        <CurveLegend curves={people} />
      </div>
    </>
  );
}

function QualityTable({ details }: { details: CallDetails }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const nameOf = usePersonName(details);
  return (
    <div className={styles.table} tabIndex={0} role="group" aria-labelledby="quality">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('details.time')}</th>
            <th scope="col">{t('details.person')}</th>
            <th scope="col">{t('details.bitrate')}</th>
            <th scope="col">{t('details.loss')}</th>
          </tr>
        </thead>
        <tbody>
          {details.quality_timeline.map((entry) => (
            <tr key={`${entry.user_id}${entry.at}`}>
              <td>{clockTimeSeconds(Date.parse(entry.at), language)}</td>
              <td>{nameOf(entry.user_id)}</td>
              <td>{Math.round(entry.bitrate_bps / 1000)}</td>
              <td>{(entry.loss * 100).toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
