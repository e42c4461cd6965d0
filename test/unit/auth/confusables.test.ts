import assert from 'node:assert/strict';
import { looksLike, mixesAlphabets, skeleton } from '../../../src/auth/confusables.ts';

describe('looksLike', () => {
  const alike: [one: string, other: string][] = [
    ['Chen Mo', 'chen mo'],
    ['Chen Mo', 'ChenMo'],
    ['Chen Mo', 'Сhеn Mо'], // Cyrillic С, е, о
    ['Chen Mo', 'Ｃｈｅｎ Ｍｏ'],
    ['Chen Mo', '𝐂𝐡𝐞𝐧 𝐌𝐨'],
    ['Chen Mo', 'Chén Mö'],
    ['Chen Mo', 'Ch\u200ben M\u2060o'],
    ['Chen Mo', 'Chen M0'],
    ['Chen Mo', '· Chen-Mo ·'],
    ['Bill', 'BiII'],
    ['Bill', 'Bi1l'],
    ['Tom', 'Torn'],
    ['林月', '林 月'],
  ];
  for (const [one, other] of alike) {
    it(`takes ${JSON.stringify(other)} for ${one}`, () => {
      assert.ok(looksLike(one, other), `${skeleton(one)} and ${skeleton(other)}`);
    });
  }

  for (const [one, other] of [
    ['Chen Mo', 'Chen Mi'],
    ['Anna', 'Hanna'],
    ['林月', '林悦'],
    ['...', '---'],
    ['', ''],
  ] as const) {
    it(`tells ${JSON.stringify(other)} from ${JSON.stringify(one)}`, () => {
      assert.ok(!looksLike(one, other));
    });
  }
});

describe('mixesAlphabets', () => {
  // Cyrillic es, ie and a; Greek omicron.
  const mixed = ['\u0421hen', 'Ch\u0435n Mo', 'Ann \u0421hen', 'b\u03bfb', 'x\u0430'];
  for (const name of mixed) it(`finds out ${JSON.stringify(name)}`, () => assert.ok(mixesAlphabets(name)));

  const honest = [
    'Chen Mo',
    'José Müller-Lüdenscheidt',
    'Анна Сидорова',
    'Anna Сидорова',
    'Νίκος',
    '林月 Lin',
    'ソニーTV',
    '김철수A',
    "O'Neil",
    'आरव',
    '👩‍💻 Ann',
    '',
  ];
  for (const name of honest) it(`lets ${JSON.stringify(name)} be`, () => assert.ok(!mixesAlphabets(name)));
});
