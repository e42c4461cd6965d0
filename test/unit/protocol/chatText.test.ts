import assert from 'node:assert/strict';
import { chatText } from '../../../src/protocol/values.ts';

describe('chatText', () => {
  const good: [string, string][] = [
    ['one letter', 'a'],
    ['Chinese', '您好，世界'],
    ['lines', 'one\ntwo\n\tthree'],
    ['markup, which is text like any other', '<img src=x onerror=alert(1)>'],
    ['4,096 bytes of one letter', 'a'.repeat(4096)],
    ['4,095 bytes of three-byte letters', '中'.repeat(1365)],
    ['a joined emoji', '👩‍👩‍👧'],
    ['a lone direction mark within words', 'a\u202eb'],
  ];
  for (const [what, text] of good) {
    it(`takes ${what}`, () => assert.equal(chatText.safeParse(text).success, true));
  }

  const bad: [string, unknown][] = [
    ['nothing', ''],
    ['blanks', ' \n\t\u3000'],
    ['marks without a letter', '\u0301'.repeat(100)],
    ['invisible letters', '\u200b\u200d\ufeff'],
    ['4,097 bytes', 'a'.repeat(4097)],
    ['4,098 bytes in 1,366 letters', '中'.repeat(1366)],
    ['a megabyte', 'a'.repeat(1024 * 1024)],
    ['10,000 combining marks', `a${'\u0301'.repeat(10_000)}`],
    ['NUL, which Postgres cannot keep', 'a\0b'],
    ['half a surrogate pair', 'a\ud800'],
    ['an object', { $gt: '' }],
    ['an array', ['a']],
    ['a number', 1],
    ['null', null],
  ];
  for (const [what, text] of bad) {
    it(`refuses ${what}`, () => assert.equal(chatText.safeParse(text).success, false));
  }
});
