import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { linePath, plotSize, stepPath, type BandPart, type PlotBox, type Sample } from './plots.ts';
import type { Sign } from '../call/signs.ts';
import styles from './Plot.module.css';

export interface Curve {
  samples: readonly Sample[];
  color: string;
  dashed?: boolean;
  steps?: boolean;
}

export interface PlotProps {
  /** What the plot shows, in one sentence. */
  label: string;
  curves: readonly Curve[];
  box: PlotBox;
  /** CSS px. */
  height: number;
  /** Marks of the y axis, as shares of the height from the top. */
  yMarks: ReadonlyArray<{ at: number; text: string }>;
  xMarks: readonly string[];
  children?: ReactNode;
}

/** Curves over time with their axes. Lines differ by dash as well as by colour. */
export function Plot({ label, curves, box, height, yMarks, xMarks, children }: PlotProps) {
  return (
    <div className={styles.plot} role="img" aria-label={label}>
      <div className={styles.y} aria-hidden>
        <b>{yMarks[0]?.text}</b>
        {yMarks.map(({ at, text }) => (
          <span key={text} style={{ top: `${at * 100}%` }}>
            {text}
          </span>
        ))}
      </div>
      <div className={styles.area} style={{ height }}>
        {children}
        <svg
          viewBox={`0 0 ${plotSize.width} ${plotSize.height}`}
          preserveAspectRatio="none"
          aria-hidden
          style={{ position: 'absolute', inset: 0 }}
        >
          {curves.map((curve, index) => (
            <path
              key={index}
              d={(curve.steps ? stepPath : linePath)(curve.samples, box)}
              stroke={curve.color}
              strokeWidth={curve.dashed ? 1.6 : 2}
              strokeDasharray={curve.dashed ? '5 4' : undefined}
            />
          ))}
        </svg>
      </div>
      <div className={styles.x} aria-hidden>
        {xMarks.map((text, index) => (
          <span key={index}>{text}</span>
        ))}
      </div>
    </div>
  );
}

/** Risk (steps, solid) and confidence (dashed) between 0 and 1, with the lines at 0.3 and 0.7. */
export function RiskPlot({
  risk,
  confidence,
  fromMs,
  toMs,
  ...rest
}: {
  label: string;
  risk: readonly Sample[];
  confidence: readonly Sample[];
  fromMs: number;
  toMs: number;
  height: number;
  xMarks: readonly string[];
}) {
  const marks = [1, 0.7, 0.3, 0].map((value) => ({ at: 1 - value, text: String(value) }));
  return (
    <Plot
      {...rest}
      box={{ fromMs, toMs, top: 1 }}
      yMarks={marks}
      curves={[
        { samples: confidence, color: 'var(--text-3)', dashed: true, steps: true },
        { samples: risk, color: 'var(--text)', steps: true },
      ]}
    >
      <i className={styles.zone} />
      <i className={styles.rule} style={{ top: '30%' }} />
      <i className={styles.rule} style={{ top: '70%' }} />
    </Plot>
  );
}

export function RiskLegend({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={styles.legend}>
      <span>
        <i style={{ color: 'var(--text)' }} />
        {t('card.risk')}
      </span>
      <span>
        <i style={{ color: 'var(--text-3)', borderTopStyle: 'dashed' }} />
        {t('card.confidence')}
      </span>
      {children}
    </div>
  );
}

export function CurveLegend({ curves }: { curves: ReadonlyArray<{ name: string; color: string; dashed: boolean }> }) {
  return (
    <div className={styles.legend}>
      {curves.map(({ name, color, dashed }) => (
        <span key={name}>
          <i style={{ color, borderTopStyle: dashed ? 'dashed' : 'solid' }} />
          {name}
        </span>
      ))}
    </div>
  );
}

/** A person's statuses over a call: height and pattern carry the status, colour only helps. */
export function Band({ label, parts }: { label: string; parts: readonly BandPart[] }) {
  return (
    <div className={styles.band} role="img" aria-label={label}>
      {joined(parts).map(({ sign, lengthMs }, index) => (
        <i key={index} data-sign={sign} style={{ flex: `${Math.max(1, lengthMs)} 0 0` }} />
      ))}
    </div>
  );
}

/** Neighbours of one sign drawn as one. */
function joined(parts: readonly BandPart[]): BandPart[] {
  const result: BandPart[] = [];
  for (const { sign, lengthMs } of parts) {
    const before = result.at(-1);
    if (before?.sign === sign) before.lengthMs += lengthMs;
    else result.push({ sign, lengthMs });
  }
  return result;
}

const signs: readonly Sign[] = ['safe', 'verified', 'risk', 'undetermined', 'unscored'];

export function BandLegend() {
  const { t } = useTranslation();
  return (
    <div className={styles.legend}>
      {signs.map((sign) => (
        <span key={sign}>
          <span className={`${styles.band} ${styles.swatch}`} aria-hidden>
            <i data-sign={sign} style={{ borderTopWidth: sign === 'unscored' ? 1 : 0 }} />
          </span>
          {t(`status.${sign}`)}
        </span>
      ))}
    </div>
  );
}
