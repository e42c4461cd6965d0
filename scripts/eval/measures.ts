/** Measures of a detector, all pure. A score is the greater the more an analyzer takes somebody for an attack. */

export interface Scored {
  score: number;
  attack: boolean;
  /** Clips of one person are not independent of each other. */
  person: string;
}

export interface RocPoint {
  falsePositives: number;
  truePositives: number;
}

/** The curve from (0, 0) to (1, 1): one point for each threshold, strictest first. */
export function rocOf(samples: readonly Scored[]): RocPoint[] {
  const attacks = samples.filter(({ attack }) => attack).length;
  const genuine = samples.length - attacks;
  const thresholds = [...new Set(samples.map(({ score }) => score))].sort((a, b) => b - a);
  const points = thresholds.map((threshold) => {
    const alarms = samples.filter(({ score }) => score >= threshold);
    const hits = alarms.filter(({ attack }) => attack).length;
    return { falsePositives: (alarms.length - hits) / genuine, truePositives: hits / attacks };
  });
  return [{ falsePositives: 0, truePositives: 0 }, ...points];
}

/** Area under the curve: the chance that an attack scores above a genuine one, ties counted half. NaN without both. */
export function aucOf(samples: readonly Scored[]): number {
  const attacks = samples.filter(({ attack }) => attack);
  const genuine = samples.filter(({ attack }) => !attack);
  if (attacks.length === 0 || genuine.length === 0) return NaN;
  let wins = 0;
  for (const a of attacks) for (const g of genuine) wins += a.score > g.score ? 1 : a.score === g.score ? 0.5 : 0;
  return wins / (attacks.length * genuine.length);
}

/** The rate at which as many genuine ones are taken for attacks as attacks are missed. */
export function eerOf(samples: readonly Scored[]): number {
  let before: RocPoint = { falsePositives: 0, truePositives: 0 };
  for (const point of rocOf(samples)) {
    const missed = 1 - point.truePositives;
    if (point.falsePositives >= missed) {
      // The line between two points crosses the diagonal here.
      const gapBefore = 1 - before.truePositives - before.falsePositives;
      const gap = missed - point.falsePositives;
      const share = gapBefore === gap ? 0 : gapBefore / (gapBefore - gap);
      return before.falsePositives + share * (point.falsePositives - before.falsePositives);
    }
    before = point;
  }
  return NaN;
}

/** Share of the attacks found at the strictest threshold that alarms on at most this share of the genuine ones. */
export function tprAt(samples: readonly Scored[], maxFalsePositives: number): number {
  const allowed = rocOf(samples).filter(({ falsePositives }) => falsePositives <= maxFalsePositives);
  return Math.max(...allowed.map(({ truePositives }) => truePositives));
}

/**
 * Bounds of the AUC by drawing whole persons again and again (95 %), since clips of one person stand or fall together.
 * Null with fewer than three persons on a side: nothing can be said then.
 */
export function aucBounds(samples: readonly Scored[], random: () => number, draws = 400): [number, number] | null {
  const draw = (attack: boolean): (() => Scored[]) | null => {
    const groups = [
      ...Map.groupBy(
        samples.filter((s) => s.attack === attack),
        ({ person }) => person,
      ).values(),
    ];
    if (groups.length < 3) return null;
    return () => groups.flatMap(() => groups[Math.floor(random() * groups.length)] ?? []);
  };
  const [attacks, genuine] = [draw(true), draw(false)];
  if (!attacks || !genuine) return null;
  const areas = Array.from({ length: draws }, () => aucOf([...attacks(), ...genuine()])).sort((a, b) => a - b);
  return [areas[Math.floor(0.025 * draws)]!, areas[Math.ceil(0.975 * draws) - 1]!];
}

/**
 * The rate that would give so few events with a chance of 5 % only, by the Poisson distribution: with none, 3.0 in the
 * time watched (the rule of three).
 */
export function poissonUpperBound(events: number): number {
  const chanceOfAtMost = (mean: number): number => {
    let term = Math.exp(-mean);
    let sum = term;
    for (let k = 1; k <= events; k++) sum += term *= mean / k;
    return sum;
  };
  let [low, high] = [events, 10 + 3 * events];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (chanceOfAtMost(middle) > 0.05) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Wilson's interval of a share (95 %). */
export function shareBounds(hits: number, of: number): [number, number] {
  if (of === 0) return [0, 1];
  const z = 1.96;
  const p = hits / of;
  const centre = p + (z * z) / (2 * of);
  const spread = z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/** @param share - 0 to 1; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
