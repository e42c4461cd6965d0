import assert from 'node:assert/strict';
import { linkParts } from '../../../web/src/call/links.ts';

/** The links of a text, as shown and as followed. */
const links = (text: string): [string, string][] =>
  linkParts(text).flatMap(({ text: shown, href }): [string, string][] => (href === null ? [] : [[shown, href]]));

describe('linkParts', () => {
  it('leaves out nothing of the text', () => {
    const text = 'See https://a.example/b?c=d#e, then http://b.example.\nAnd "https://c.example".';
    assert.equal(
      linkParts(text)
        .map((part) => part.text)
        .join(''),
      text,
    );
    assert.equal(links(text).length, 3);
  });

  const found: [string, string][] = [
    ['https://a.example', 'https://a.example/'],
    ['HTTPS://A.example/Path', 'https://a.example/Path'],
    ['http://a.example:8080/x?y=1&z=2#w', 'http://a.example:8080/x?y=1&z=2#w'],
  ];
  for (const [text, href] of found) {
    it(`finds ${text}`, () => assert.deepEqual(links(text), [[text, href]]));
  }

  it('ends a link where the sentence ends, in both languages', () => {
    for (const [before, after] of [
      ['(', ').'],
      ['', ', and'],
      ['看', '。'],
      ['请看', '这里'],
      ['“', '”'],
      ['', '?!'],
    ]) {
      assert.deepEqual(
        links(`${String(before)}https://a.example/x${String(after)}`).map(([shown]) => shown),
        ['https://a.example/x'],
      );
    }
  });

  const none = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://a.example',
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https://',
    'https://\\evil.example',
    'https://good.example\\@evil.example',
    'https://good.example@evil.example',
    'https://user:password@evil.example/x',
    'https://a.example/\u202egpj.exe',
    'https://a.\u2066example',
    'blob:https://a.example/1',
    'www.a.example',
    '[text](javascript:alert(1))',
  ];
  for (const text of none) {
    it(`makes no link of ${JSON.stringify(text)}`, () => {
      assert.deepEqual(links(text), []);
      assert.deepEqual(linkParts(text), [{ text, href: null }]);
    });
  }

  it('is quick with what is made to be slow', () => {
    const startMs = performance.now();
    linkParts(`${'https://'.repeat(500)}${'.'.repeat(100)}`);
    linkParts(`https://a.example/${').'.repeat(2000)}x`);
    assert.ok(performance.now() - startMs < 200);
  });
});
