import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { en } from '../../../web/src/words/en.ts';
import { closeChinese } from '../../../web/src/words/spacing.ts';
import { zhCN } from '../../../web/src/words/zh-CN.ts';

const root = new URL('../../../web/src', import.meta.url).pathname;

type Node = string | { readonly [key: string]: Node };

function leaves(node: Node, path: string[] = []): Map<string, string> {
  if (typeof node === 'string') return new Map([[path.join('.'), node]]);
  return new Map(Object.entries(node).flatMap(([key, child]) => [...leaves(child, [...path, key])]));
}

const english = leaves(en);
const chinese = leaves(zhCN);
const singular = (key: string): boolean => key.endsWith('_one');
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1] ?? '').sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'words' ? sourceOfFormat(path) : sources(path);
    return /\.tsx?$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const sourceOfFormat = (words: string): string[] => [readFileSync(join(words, 'format.ts'), 'utf8')];

describe('the words of the page', () => {
  it('are complete in both languages', () => {
    const wanted = [...english.keys()].filter((key) => !singular(key));
    assert.deepEqual([...chinese.keys()].sort(), wanted.sort());
    for (const [key, text] of [...english, ...chinese]) assert.notEqual(text.trim(), '', key);
  });

  it('are filled in with the same values', () => {
    for (const [key, text] of chinese) {
      const values = placeholders(text);
      const known = placeholders(english.get(key) ?? '');
      // Chinese may leave a name out where English needs one for the singular.
      for (const value of values) assert.ok(known.includes(value), `${key}: {{${value}}}`);
    }
  });

  it('are Chinese in Chinese, with its own punctuation', () => {
    const latin = new Set(['brand', 'language.other']);
    for (const [key, text] of chinese) {
      if (latin.has(key)) continue;
      const bare = text.replace(/\{\{\w+\}\}/g, '');
      assert.match(text, /\p{Script=Han}|\{\{|、/u, `${key} has no Chinese: ${text}`);
      assert.doesNotMatch(bare, /\p{Script=Han}[,;:!?]/u, `${key} has Latin punctuation: ${text}`);
    }
  });

  it('have a space between Chinese and Latin letters or digits', () => {
    for (const [key, text] of chinese) {
      const bare = text.replace(/\{\{\w+\}\}/g, '');
      assert.doesNotMatch(bare, /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u, `${key}: ${text}`);
    }
  });

  it('never speak of what the page does not claim', () => {
    for (const [key, text] of [...english, ...chinese]) {
      assert.doesNotMatch(text, /deepfake|fraud|\bfake\b|verified person|真人认证|造假/i, key);
      assert.doesNotMatch(text, /[!！]/, key);
    }
  });

  it('are all used', () => {
    const code = sources(root).join('\n');
    const prefixes = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map((m) => m[1] ?? '');
    const unused = [...english.keys()].filter((key) => {
      const base = key.replace(/_(one|other)$/, '');
      return !code.includes(`'${base}'`) && !prefixes.some((prefix) => base.startsWith(prefix));
    });
    assert.deepEqual(unused, []);
  });
});

describe('closeChinese', () => {
  it('takes the space beside a Chinese value and leaves the one beside a Latin one', () => {
    assert.equal(closeChinese('与 林月 的通话'), '与林月的通话');
    assert.equal(closeChinese('与 Omar 的通话'), '与 Omar 的通话');
    assert.equal(closeChinese('陈默（您） 的首次结果'), '陈默（您）的首次结果');
    assert.equal(closeChinese('正在进行 · 5 人'), '正在进行 · 5 人');
    assert.equal(closeChinese('Call with 林月 ended'), 'Call with 林月 ended');
  });

  it('changes no sentence as it is written', () => {
    for (const text of chinese.values()) assert.equal(closeChinese(text), text);
  });
});
