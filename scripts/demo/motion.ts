import type { Pose } from './person.ts';

/**
 * How a person sits and talks, as a function of time that never repeats: each movement is smooth noise of a rhythm of
 * its own, and the seed is another one at every start.
 */
export function motion(seed: number): (atS: number) => Pose {
  const wander = (channel: number, perSecond: number) => (atS: number) => noise(seed + 1000 * channel, atS * perSecond);
  const [x, y, tilt, turn, gaze, smile, talk, mood, light] = [0.31, 0.23, 0.19, 0.27, 0.41, 0.13, 3.7, 0.21, 0.07].map(
    (rhythm, channel) => wander(channel, rhythm),
  ) as [Wander, Wander, Wander, Wander, Wander, Wander, Wander, Wander, Wander];
  return (atS) => {
    const talking = Math.max(0, mood(atS)) > 0.1 ? 1 : 0;
    return {
      x: 11 * x(atS),
      y: 4 * y(atS) + 1.5 * Math.sin(2 * Math.PI * 0.25 * atS),
      tilt: 3 * tilt(atS),
      turn: 0.35 * turn(atS),
      breath: 2.5 * Math.sin(2 * Math.PI * 0.25 * atS),
      lids: 0.08 + 0.92 * blink(seed, atS),
      gaze: 0.8 * gaze(atS),
      mouth: talking * Math.max(0, 0.25 + 0.7 * talk(atS)),
      smile: 0.35 + 0.35 * smile(atS),
      light: 1 + 0.025 * light(atS),
    };
  };
}

type Wander = (atS: number) => number;

const BLINK_EVERY_S = 3.6;
const BLINK_S = 0.16;

/** 0 open, 1 closed: once in each stretch of time, at a moment of its own. */
function blink(seed: number, atS: number): number {
  const stretch = Math.floor(atS / BLINK_EVERY_S);
  const begins = (stretch + 0.1 + 0.8 * random(seed, stretch)) * BLINK_EVERY_S;
  const share = (atS - begins) / BLINK_S;
  return share > 0 && share < 1 ? Math.sin(Math.PI * share) : 0;
}

/** Smooth from one random number to the next, -1 to 1. */
function noise(seed: number, at: number): number {
  const index = Math.floor(at);
  const part = at - index;
  const weight = part * part * (3 - 2 * part);
  return 2 * ((1 - weight) * random(seed, index) + weight * random(seed, index + 1)) - 1;
}

/** 0 to 1, always the same for the same two numbers (the finalizer of MurmurHash3). */
function random(seed: number, index: number): number {
  let h = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
