import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  drawSlots,
  HUES,
  isOneOf,
  neutralPanel,
  oppositeOf,
  panelOf,
  type Slot,
  type Strength,
} from '../../../../src/assessment/challenges/lightCode.ts';
import { seededDice } from '../../../support/lightTraces.ts';

/** Channels in linear light, 0 to 1 (IEC 61966-2-1). */
function linear(colour: string): number[] {
  return [1, 3, 5].map((at) => {
    const signal = parseInt(colour.slice(at, at + 2), 16) / 255;
    return signal <= 0.04045 ? signal / 12.92 : ((signal + 0.055) / 1.055) ** 2.4;
  });
}

function luminance(colour: string): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

const strengths: readonly Strength[] = ['soft', 'strong'];
const everySlot: readonly Slot[] = Array.from({ length: 2 * HUES }, (_, i) => ({ hue: i % HUES, halves: i >= HUES }));

describe('colours of the light check', () => {
  it('all have the luminance of the neutral panel, so that no change is a flash (WCAG 2.3.1)', () => {
    for (const strength of strengths) {
      const level = luminance(neutralPanel(strength).left);
      for (const slot of everySlot) {
        const { left, right } = panelOf(slot, strength);
        for (const colour of [left, right]) assert.ok(Math.abs(luminance(colour) - level) < 0.01, colour);
      }
    }
  });

  it('are never a saturated red: red light stays below half, where WCAG 2.3.1 names 80 %', () => {
    for (const strength of strengths) {
      for (const slot of everySlot) {
        const [red, green, blue] = linear(panelOf(slot, strength).left);
        assert.ok(red! / (red! + green! + blue!) < 0.5);
      }
    }
  });

  it('differ in the halves where they shall, and only there', () => {
    for (const slot of everySlot) {
      const { left, right } = panelOf(slot, 'soft');
      assert.equal(left !== right, slot.halves);
    }
  });
});

describe('drawSlots', () => {
  it('moves by a quarter of the circle or more each time', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const slots = drawSlots(24, seededDice(seed));
        assert.equal(slots.length, 24);
        slots.slice(1).forEach((slot, i) => {
          const last = slots[i]!;
          const before = last.halves && !slot.halves ? [last.hue, oppositeOf(last.hue)] : [last.hue];
          for (const hue of before) assert.ok(!isOneOf(slot.hue, hue));
        });
      }),
    );
  });

  it('cannot be told in advance: hundred draws are hundred codes', () => {
    const codes = Array.from({ length: 100 }, () => JSON.stringify(drawSlots(20)));
    assert.equal(new Set(codes).size, 100);
  });
});
