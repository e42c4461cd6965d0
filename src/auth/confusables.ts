import { cleanText } from './names.ts';

/**
 * Letters of other scripts, digits and signs that look like a Latin letter in the fonts of a call, by that letter: the
 * single-letter rows of Unicode's confusables (UTS #39, section 4) for Cyrillic, Greek, Armenian and Latin extensions
 * that are of use against names. NFKC has dealt with fullwidth and mathematical letters before.
 */
const lookalikes: Readonly<Record<string, string>> = {
  a: 'аαɑ@4',
  b: 'Ьвɓ',
  c: 'сϲᴄ',
  d: 'ԁɗ',
  e: 'еєҽ3',
  f: 'ғſ',
  g: 'ɡցg9',
  h: 'һնн',
  i: 'іɩıι1l|!ӏІ',
  j: 'јʝ',
  k: 'кκ',
  m: 'м',
  n: 'пոη',
  o: 'оοօσ0ө',
  p: 'рρ',
  q: 'ԛգ',
  r: 'гᴦ',
  s: 'ѕꜱ5$',
  t: 'тτ7',
  u: 'υսʋц',
  v: 'ѵν',
  w: 'ԝѡω',
  x: 'хχ×',
  y: 'уүγ',
  z: 'ᴢ2',
};

const latinOf = new Map(
  Object.entries(lookalikes).flatMap(([latin, others]) =>
    Array.from(others, (other): [string, string] => [other, latin]),
  ),
);

/**
 * What is left of a name when everything is taken away that the eye may miss: case, accents, spaces, punctuation,
 * the script of a letter, digits for letters. Two names with one skeleton can be taken for each other.
 */
export function skeleton(name: string): string {
  return Array.from(cleanText(name).toLowerCase().normalize('NFKD'))
    .filter((letter) => !/[\p{M}\p{Cf}\s]/u.test(letter))
    .map((letter) => latinOf.get(letter) ?? letter)
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter))
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

/** Whether people may take the one name for the other. */
export function looksLike(one: string, other: string): boolean {
  const bones = skeleton(one);
  return bones !== '' && bones === skeleton(other);
}

/** Alphabets with letters that look like those of another one of them. */
const alphabets = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
);

/**
 * Whether a word is made of letters of several alphabets, which no language does but who imitates a name (UTS #39,
 * section 5.2, "highly restrictive"). A first name in one alphabet and a surname in another are two words.
 */
export function mixesAlphabets(name: string): boolean {
  const words = cleanText(name).split(/[^\p{L}\p{M}]+/u);
  return words.some((word) => alphabets.filter((letter) => letter.test(word)).length > 1);
}
