import assert from 'node:assert/strict';
import { parseVp8Payload } from '../../../../src/analysis/rtp/vp8Payload.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('parseVp8Payload', () => {
  // Descriptor, then data that begins with 0x50: P = 0, a key frame.
  const descriptors: [what: string, hex: string, beginsFrame: boolean][] = [
    ['the shortest descriptor', '10 50', true],
    ['a later packet of a partition', '00 50', false],
    ['the start of a partition other than the first', '13 50', false],
    ['a picture id of one byte', '90 80 05 50', true],
    ['a picture id of two bytes', '90 80 8005 50', true],
    ['an index of the base layer', '90 40 07 50', true],
    ['a temporal layer', '90 20 60 50', true],
    ['a key index', '90 10 03 50', true],
    ['everything', '90 f0 8005 07 63 50', true],
  ];
  for (const [what, hex, beginsFrame] of descriptors) {
    it(`reads ${what}`, () => {
      assert.deepEqual(parseVp8Payload(bytes(hex)), { beginsFrame, keyFrame: beginsFrame, data: bytes('50') });
    });
  }

  it('tells an inter frame by its P bit', () => {
    assert.equal(parseVp8Payload(bytes('10 51'))?.keyFrame, false);
  });

  const refused: [what: string, hex: string][] = [
    ['nothing', ''],
    ['a descriptor without data', '10'],
    ['an extension that is cut off', '90 80'],
    ['a picture id that is cut off', '90 80 80'],
    ['fields up to the very end', '90 f0 8005 07 63'],
  ];
  for (const [what, hex] of refused) {
    it(`refuses ${what}`, () => assert.equal(parseVp8Payload(bytes(hex)), null));
  }
});
