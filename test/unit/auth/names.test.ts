import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cleanText, normalizeEmail, parseLogin, usernameKey } from '../../../src/auth/names.ts';

describe('cleanText', () => {
  const cases: [name: string, text: string, clean: string][] = [
    ['plain text', 'Ann Lee', 'Ann Lee'],
    ['Chinese', '陈洁 (老师)', '陈洁 (老师)'],
    ['spaces around and inside', '  Ann \n\t Lee ', 'Ann Lee'],
    ['NUL and other controls', 'A\0nn\u0007\u009b', 'Ann'],
    ['a right-to-left override', 'ann\u202Egpj.exe', 'anngpj.exe'],
    ['isolates and marks', '\u2067ann\u2069\u200f', 'ann'],
    ['zero-width spaces and a byte order mark', 'a\u200bn\ufeffn\u2060', 'ann'],
    ['fullwidth letters', 'Ａｎｎ', 'Ann'],
    ['a joined emoji', '👩‍💻', '👩‍💻'],
    ['nothing visible', '\u200b\u202e \0', ''],
  ];
  for (const [name, text, clean] of cases) it(`cleans ${name}`, () => assert.equal(cleanText(text), clean));

  it('refuses half a surrogate pair', () => {
    assert.throws(() => cleanText('ann\ud83d'), { code: 'VALIDATION' });
  });
});

describe('logins', () => {
  it('are the same without regard to case', () => {
    assert.equal(usernameKey('Ann.Lee'), 'ann.lee');
    assert.equal(normalizeEmail(' Ann@Example.ORG '), 'ann@example.org');
  });

  it('are e-mail addresses exactly when they hold an @', () => {
    assert.deepEqual(parseLogin('Ann'), { username: 'ann' });
    assert.deepEqual(parseLogin('Ann@Example.org'), { email: 'ann@example.org' });
    assert.deepEqual(parseLogin('ａｎｎ'), { username: 'ann' });
  });
});
