import {
  directionOf,
  drawSlots,
  oppositeOf,
  type Dice,
  type Rgb,
  type Slot,
} from '../../src/assessment/challenges/lightCode.ts';
import type { Code, RegionColour, Sample, Segment } from '../../src/assessment/challenges/lightResponse.ts';
import { generator } from './random.ts';

/** Dice that fall the same way on every run. */
export function seededDice(seed: number): Dice {
  const random = generator(seed);
  return (below) => Math.floor(random() * below);
}

/** A run of a light check without screen, camera and network: what was shown when, in 1 s slots from `startMs`. */
export interface ShownCode {
  slots: Slot[];
  shownAtMs: number[];
}

export function showCode(seconds: number, dice: Dice, startMs = 1_800_000_000_000): ShownCode {
  const slots = drawSlots(seconds, dice);
  return { slots, shownAtMs: slots.map((_, i) => startMs + 1000 * i + dice(60)) };
}

export interface Lit {
  /** Peak change of a colour channel by the panel, as a share: 0.02 is 2 %. */
  modulation: number;
  /** From the screen to the key frame's arrival. */
  lagMs?: number;
  /**
   * Standard deviation of the colour's random walk between key frames, in natural logarithms. The default gives the
   * figures of DETECTION section 4 for genuine people with strong expressions.
   */
  noise?: number;
  /** Share of the modulation by which one side of the face has more of the nearer half. */
  sides?: number;
}

/** What a region lit by a panel looks like in key frames, two a second. */
export function tracesOf(shown: ShownCode, lit: Lit, random: () => number, seconds = shown.slots.length): Sample[] {
  const { modulation, lagMs = 250, noise = 0.008, sides = 0.3 } = lit;
  const normal = (): number => 2 * (random() + random() + random() - 1.5);
  const walk = [0, 0, 0];
  const sideWalk = [0, 0, 0];
  const startMs = shown.shownAtMs[0]!;
  const samples: Sample[] = [];
  for (let atMs = startMs; atMs < startMs + 1000 * seconds; atMs += 470 + 80 * random()) {
    for (let i = 0; i < 3; i++) {
      walk[i] = 0.9 * walk[i]! + noise * normal();
      sideWalk[i] = 0.9 * sideWalk[i]! + (noise / 2) * normal();
    }
    const exposure = 0.02 * Math.sin(atMs / 9000) + 0.01 * normal();
    const index = shown.shownAtMs.findLastIndex((at) => at <= atMs - lagMs);
    const slot = shown.slots[index];
    const left: Rgb = slot ? directionOf(slot.hue) : [0, 0, 0];
    const right: Rgb = slot?.halves ? directionOf(oppositeOf(slot.hue)) : left;
    const tint =
      (share: number, side: number) =>
      (base: number, i: number): number => {
        const light = modulation * (share * left[i]! + (1 - share) * right[i]!);
        return base * Math.exp(exposure + walk[i]! + side * sideWalk[i]! + light);
      };
    const skin = [170, 125, 105];
    const [mean, onRight, onLeft] = [tint(0.5, 0), tint(0.5 + sides, 1), tint(0.5 - sides, -1)].map(
      (change) => skin.map(change) as unknown as Rgb,
    );
    samples.push({ atMs, colour: { mean: mean!, halves: { left: onLeft!, right: onRight! } } satisfies RegionColour });
  }
  return samples;
}

export function segmentOf(shown: ShownCode, samples: readonly Sample[]): Segment {
  return { shownAtMs: shown.shownAtMs, samples };
}

export function decoysFor(codes: readonly ShownCode[], count: number, dice: Dice): Code[] {
  return Array.from({ length: count }, () => codes.map(({ slots }) => drawSlots(slots.length, dice)));
}
