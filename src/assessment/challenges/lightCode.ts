import { randomInt } from 'node:crypto';

/*
 * The light code (DETECTION section 4): what the panel shows, as hue steps of equal luminance. Pure but for the dice.
 */

/** A step on the chroma circle; the opposite one is `HUES / 2` further. */
export const HUES = 8;

/** One slot: the hue of the whole panel, or of its left half where the right half shows the opposite one. */
export interface Slot {
  hue: number;
  halves: boolean;
}

/** How strong the colours are: soft at first, stronger on the one retry. */
export type Strength = 'soft' | 'strong';

/** Draws a whole number from 0 up to, not including, `below`; not to be predicted. */
export type Dice = (below: number) => number;

const QUARTER = HUES / 4;
/** One slot in four lights the two sides of the face differently. */
const HALVES_ONE_IN = 4;
/** Centre of the circle and its radius in linear light, 0 to 1, the same for every hue, so that luminance stays. */
const LIGHT: Readonly<Record<Strength, { level: number; radius: number }>> = {
  soft: { level: 0.7, radius: 0.2 },
  strong: { level: 0.64, radius: 0.3 },
};
/** Shares of the channels in relative luminance (IEC 61966-2-1; WCAG 2.2, "relative luminance"). */
const LUMINANCE = { red: 0.2126, green: 0.7152, blue: 0.0722 };
/** Blue counts for less in faces and in cameras, and for little in luminance: its axis may be a little longer. */
const BLUE_STRETCH = 1.15;

export type Rgb = readonly [red: number, green: number, blue: number];

/** Where a hue lies from the centre, in linear light at radius 1. Red and blue span the circle, green keeps the luminance. */
export function directionOf(hue: number): Rgb {
  const angle = (2 * Math.PI * hue) / HUES;
  const red = Math.cos(angle);
  const blue = BLUE_STRETCH * Math.sin(angle);
  return [red, -(LUMINANCE.red * red + LUMINANCE.blue * blue) / LUMINANCE.green, blue];
}

export function oppositeOf(hue: number): number {
  return (hue + HUES / 2) % HUES;
}

export function isOneOf(hue: number, near: number): boolean {
  const steps = Math.abs(hue - near) % HUES;
  return Math.min(steps, HUES - steps) < QUARTER;
}

/** A secret sequence. Each slot is a quarter of the circle or more away from the one before, so that something changes. */
export function drawSlots(count: number, dice: Dice = randomInt): Slot[] {
  const slots: Slot[] = [];
  while (slots.length < count) {
    const last = slots.at(-1);
    const slot = { hue: dice(HUES), halves: slots.length > 1 && dice(HALVES_ONE_IN) === 0 };
    if (!last || differs(last, slot)) slots.push(slot);
  }
  return slots;
}

function differs(last: Slot, next: Slot): boolean {
  if (last.halves && next.halves) return !isOneOf(next.hue, last.hue);
  if (last.halves) return !isOneOf(next.hue, last.hue) && !isOneOf(next.hue, oppositeOf(last.hue));
  return !isOneOf(next.hue, last.hue);
}

/** What the page paints, as `#rrggbb` for each half. */
export interface Panel {
  left: string;
  right: string;
}

export function panelOf({ hue, halves }: Slot, strength: Strength): Panel {
  const left = colourOf(directionOf(hue), strength);
  return { left, right: halves ? colourOf(directionOf(oppositeOf(hue)), strength) : left };
}

/** Shown before the first slot and after the last. */
export function neutralPanel(strength: Strength): Panel {
  const colour = colourOf([0, 0, 0], strength);
  return { left: colour, right: colour };
}

function colourOf(direction: Rgb, strength: Strength): string {
  const { level, radius } = LIGHT[strength];
  const channels = direction.map((share) => Math.round(255 * encode(level + radius * share)));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** Linear light to the sRGB signal (IEC 61966-2-1). */
function encode(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
