import { generator } from '../../test/support/random.ts';
import { GENUINE, type Kind } from './cast.ts';
import { aucBounds, aucOf, eerOf, poissonUpperBound, quantile, rocOf, shareBounds, tprAt } from './measures.ts';
import { plot } from './plots.ts';
import { ALARMING, detections, scoredBy, TARGETS, watchings, type Judge } from './results.ts';
import type { Performance, RunResult } from './run.ts';

/** The evaluation as a document and its plots. */
export interface Report {
  markdown: string;
  /** File name -> SVG. */
  plots: Record<string, string>;
}

export interface ReportOptions {
  at: Date;
  /** Whether there were clips. */
  media: boolean;
  command: string;
  /** What else has to be known of the run. */
  note?: string;
}

const JUDGES: readonly Judge[] = [...(Object.keys(TARGETS) as Judge[]), 'fused'];

export function reportOf(run: RunResult, options: ReportOptions): Report {
  const { performances } = run;
  const markdown = [
    '# How often it is right',
    '',
    `Written by \`${options.command}\` on ${options.at.toISOString().slice(0, 10)}; change the measuring, not this page.`,
    '',
    ...introduction(options.media),
    ...(options.note ? [options.note, ''] : []),
    '## Each analyzer, and all together',
    '',
    ...judgeTable(performances),
    '',
    '![ROC curves](evaluation/roc.svg)',
    '',
    '## Attacks',
    '',
    ...attackTable(performances),
    '',
    '![Risk over time](evaluation/risk.svg)',
    '',
    '## Genuine people',
    '',
    ...genuineTable(performances),
    '',
    '## What it cost',
    '',
    ...costLines(run),
    '',
  ];
  return {
    markdown: markdown.join('\n'),
    plots: { 'roc.svg': rocPlot(performances), 'risk.svg': riskPlot(performances) },
  };
}

function introduction(media: boolean): string[] {
  const clips = media
    ? 'Clips of people and photos lie beside the checkout; they are not part of it.'
    : '**The clips were absent: a generated pattern took the place of people, so only frozen and looped pictures mean anything here.**';
  return [
    `${clips} Every participant is a sender of RTP that goes through a mediasoup worker, its router and the tap of the`,
    'server to a real analysis process, and the server decides by itself when to look. Key frames are made by a WebP',
    'encoder when the server asks for one, at qualities that give the sizes of 150, 600 and 1500 kbit/s; a third of the',
    'real clips loses 5 % of its packets. One swap tool and a few dozen people: it must hold on other clips than these.',
    'Nothing here was used to tell a live person from a swap that is on from the start: no analyzer can.',
    '',
  ];
}

function judgeTable(performances: readonly Performance[]): string[] {
  const random = generator(1);
  const rows = JUDGES.flatMap((judge) => {
    const samples = scoredBy(performances, judge);
    const attacks = samples.filter(({ attack }) => attack).length;
    if (attacks === 0 || attacks === samples.length) return [];
    const bounds = aucBounds(samples, random);
    const persons = new Set(samples.map(({ person }) => person)).size;
    const area = `${fixed(aucOf(samples))}${bounds ? ` (${fixed(bounds[0])} to ${fixed(bounds[1])})` : ''}`;
    const genuine = samples.length - attacks;
    return [[judge, area, percent(eerOf(samples)), percent(tprAt(samples, 0.01)), attacks, genuine, persons]];
  });
  return [
    'Each participant counts once, by the highest score he ever got; an analyzer is measured by what it is there to find.',
    'Bounds (95 %) are drawn by whole persons.',
    '',
    ...table(['Analyzer', 'AUC', 'EER', 'TPR at 1 % FPR', 'attacks', 'genuine', 'persons'], rows),
  ];
}

function attackTable(performances: readonly Performance[]): string[] {
  const rows = detections(performances).map(({ kind, n, persons, delaysS, inTime, aim }) => {
    const found = delaysS.length;
    const [low, high] = shareBounds(found, n);
    const times = found > 0 ? `${fixed(quantile(delaysS, 0.5), 1)} / ${fixed(Math.max(...delaysS), 1)}` : '–';
    return [
      kind,
      n,
      persons,
      `${found} (${percent(low)} to ${percent(high)})`,
      times,
      aim,
      aim ? `${inTime} of ${n}` : '–',
    ];
  });
  return table(['Attack', 'n', 'persons', 'found (95 %)', 'seconds, median / worst', 'aim', 'in time'], rows);
}

function genuineTable(performances: readonly Performance[]): string[] {
  const rows = watchings(performances).map((watching) => {
    const alarms = ALARMING.map((judge) => {
      const count = watching.alarms[judge] ?? 0;
      return `${count} (< ${fixed(poissonUpperBound(count) / watching.hours, 1)} an hour)`;
    });
    const safe = watching.statuses.safe ?? 0;
    return [
      watching.kind,
      watching.n,
      watching.persons,
      fixed(watching.hours),
      ...alarms,
      watching.offers,
      percent(safe),
    ];
  });
  return [
    'False alarms, with the upper bound of their rate (95 %, Poisson). "All together" is the status `risk`.',
    '',
    ...table(
      [
        'Who',
        'n',
        'persons',
        'hours',
        'frozen or looped',
        'another face',
        'all together',
        'looks at risk >= 0.6',
        'looks called safe',
      ],
      rows,
    ),
  ];
}

function costLines(run: RunResult): string[] {
  return [
    `- Analysis: ${fixed(run.cpuMsPerParticipantSecond, 1)} ms of CPU for each second of each participant, the dense looks of the first minute included (${fixed(run.looksPerParticipantSecond)} looks a second).`,
    `- Key frames waited ${fixed(quantile(run.waitedMs, 0.5), 0)} ms for their turn (median), ${fixed(quantile(run.waitedMs, 0.95), 0)} ms (p95).`,
  ];
}

function rocPlot(performances: readonly Performance[]): string {
  const curves = JUDGES.flatMap((judge) => {
    const samples = scoredBy(performances, judge);
    const attacks = samples.filter(({ attack }) => attack).length;
    if (attacks === 0 || attacks === samples.length) return [];
    return [{ name: judge, points: rocOf(samples).map((p) => [p.falsePositives, p.truePositives] as const) }];
  });
  const x = { label: 'genuine people taken for attacks', to: 1 };
  return plot({ title: 'ROC, each participant once', x, y: { label: 'attacks found', to: 1 }, curves });
}

const SHOWN: readonly Kind[] = ['frozen', 'loop 10 s', 'swap in mid-call', 'another person'];

function riskPlot(performances: readonly Performance[]): string {
  const shown = performances.filter(({ kind }) => SHOWN.includes(kind) || GENUINE.has(kind));
  const curves = shown.map(({ kind, looks }) => ({
    name: GENUINE.has(kind) ? 'genuine' : kind,
    points: looks
      .filter(({ atS }) => atS <= 80)
      .flatMap((look) => (look.risk === null ? [] : [[look.atS, look.risk] as const])),
    faint: true,
  }));
  return plot({
    title: 'Risk over time; swaps and new persons come at 20 s',
    x: { label: 'seconds', to: 80 },
    y: { label: 'risk', to: 1 },
    curves: curves.filter(({ points }) => points.length > 1),
    levels: [
      { y: 0.7, name: 'called a risk' },
      { y: 0.3, name: 'up to here safe' },
    ],
    steps: true,
  });
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
