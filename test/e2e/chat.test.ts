import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { maxChatBytes } from '../../src/protocol/values.ts';
import { launchBrowser, registerPerson, type Person } from '../support/browsers.ts';
import { enterMeeting, startMeeting } from '../support/meetings.ts';
import { ServerProcess } from '../support/serverProcess.ts';

/** What a page might take for markup, script, or an address to load from (SECURITY T20-T22, case 56). */
const hostile: readonly string[] = [
  ...['<script>alert(1)</script>', '</p><script>alert(1)</script>', '<ScRiPt src=//evil.example/x.js></ScRiPt>'],
  ...['img src=x onerror=alert(1)', 'svg onload=alert(1)', 'svg/onload=alert(1)', 'body onload=alert(1)'].map(
    (tag) => `<${tag}>`,
  ),
  ...['iframe src="javascript:alert(1)"', 'object data="javascript:alert(1)"', 'embed src="javascript:alert(1)"'].map(
    (tag) => `<${tag}>`,
  ),
  ...['video src=x onerror=alert(1)', 'audio src=x onerror=alert(1)', 'input autofocus onfocus=alert(1)'].map(
    (tag) => `<${tag}>`,
  ),
  '<details open ontoggle=alert(1)>x</details>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
  '<a href="javascript:alert(1)">x</a>',
  '<form action="javascript:alert(1)"><button>x</button></form>',
  '<style>@import "https://evil.example/x.css";*{display:none}</style>',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '<img src="https://evil.example/x.png">',
  '<video src="https://evil.example/x.mp4" autoplay></video>',
  '![x](https://evil.example/x.png)',
  '[x](javascript:alert(1))',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  'vbscript:msgbox(1)',
  '//evil.example/x',
  '/\\evil.example',
  'https:evil.example',
  'https://good.example@evil.example/',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '$t(call.you)',
  '{{name}}',
  '&lt;b&gt;bold&lt;/b&gt; &amp; &#60;',
  '"><img src=x onerror=alert(1)>',
  `' onmouseover='alert(1)`,
  '`-alert(1)-`',
  '--><script>alert(1)</script><!--',
  ']]><script>alert(1)</script>',
  '<!--#exec cmd="ls"-->',
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
  '\u202ereversed\u202c',
  'a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '__proto__',
  'constructor',
  '[object Object]',
  'undefined',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e',
  "'; DROP TABLE chat_messages; --",
  '0',
];

describe('chat in browsers', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browser: Browser;
  let ada: Person;
  let omar: Person;
  let link: string;
  const foreign: string[] = [];

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    ada = await registerPerson(browser, server.url, 'ada');
    omar = await registerPerson(browser, server.url, 'omar', { locale: 'zh-CN', width: 360, height: 740 });
    for (const { page } of [ada, omar]) {
      page.on('request', (request) => {
        if (/^https?:/.test(request.url()) && !request.url().startsWith(server.url)) foreign.push(request.url());
      });
      page.on('dialog', (dialog) => {
        foreign.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
    }
    link = await startMeeting(ada);
    await enterMeeting(omar, link);
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  async function write({ page }: Person, text: string): Promise<void> {
    await page.getByTestId('chat-input').fill(text);
    await page.getByTestId('chat-input').press('Enter');
  }

  it('shows a message to the other person, who sees that there is one', async () => {
    await ada.page.keyboard.press('c');
    await write(ada, '接口文档更新了');
    const more = omar.page.getByTestId('more');
    await more.and(omar.page.getByLabel('更多，1 条新消息')).waitFor();
    await omar.page.getByTestId('chat-news').filter({ hasText: 'ada：接口文档更新了' }).waitFor({ state: 'attached' });
    await more.click();
    await omar.page.getByTestId('open-chat').click();
    await omar.page.getByTestId('chat-message').filter({ hasText: '接口文档更新了' }).waitFor();
    await write(omar, 'https://example.org/a?b=1。');
    const anchor = ada.page.getByTestId('chat-message').locator('a');
    await anchor.waitFor();
    assert.deepEqual(
      await anchor.evaluate((a) => [a.getAttribute('href'), a.getAttribute('target'), a.getAttribute('rel')]),
      ['https://example.org/a?b=1', '_blank', 'noopener noreferrer'],
    );
  });

  it('shows hostile text literally, loads nothing for it, and makes no link of it', async () => {
    const messages = omar.page.getByTestId('chat-message');
    const before = await messages.count();
    // Several in one message: the server takes ten at once, then one a second.
    const texts = Array.from({ length: 8 }, (_, i) => hostile.filter((_text, j) => j % 8 === i).join('\n'));
    for (const text of [...texts, 'x'.repeat(maxChatBytes)]) await write(ada, text);
    await messages.nth(before + texts.length).waitFor();
    const shown = (await messages.allTextContents()).slice(before);
    assert.deepEqual(shown, [...texts.map((text) => text.trim()), 'x'.repeat(maxChatBytes)]);
    // Addresses within the markup are links to what is written, and there is no element else.
    const elements = await messages.locator(':scope *').evaluateAll((all) => all.map((e) => e.outerHTML));
    assert.ok(
      elements.every(
        (html) =>
          /^<a href="https:\/\/[a-z.]+\.example[^"<>]*" target="_blank" rel="noopener noreferrer">[^<>]*<\/a>$/.test(
            html,
          ) || html.includes('example.org'),
      ),
      elements.join('\n'),
    );
    assert.deepEqual(foreign, []);
  });

  it('gives what was said to whoever comes later', async () => {
    const noor = await registerPerson(browser, server.url, 'noor');
    await enterMeeting(noor, link);
    await noor.page.getByTestId('open-chat').click();
    await noor.page.getByTestId('chat-message').filter({ hasText: '接口文档更新了' }).waitFor();
    await noor.page.getByTestId('hang-up').click();
    await noor.page.getByTestId('home').waitFor();
    assert.deepEqual(noor.complaints, []);
  });

  it('can be read in the details of the call', async () => {
    await ada.page.getByRole('button', { name: 'Leave or end for everyone' }).click();
    await ada.page.getByRole('menuitem', { name: 'End for everyone' }).click();
    for (const { page } of [ada, omar]) await page.getByTestId('home').waitFor();
    await ada.page.getByRole('link', { name: 'See details' }).click();
    await ada.page.getByTestId('details-chat').getByText('接口文档更新了').waitFor();
  });

  it('has made no page complain', () => {
    assert.deepEqual([...ada.complaints, ...omar.complaints, ...foreign], []);
  });
});
