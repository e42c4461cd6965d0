import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
}

const root = new URL('../../dist/web/', import.meta.url);
const firstLoadKb = 300;

/** What the browser fetches before the page's own code runs: an entry, and all that it imports at once. */
function filesOf(manifest: Record<string, Chunk>, name: string, files = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  assert.ok(chunk, name);
  if (files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, files);
  return files;
}

describe('the built page', () => {
  const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', root), 'utf8')) as Record<string, Chunk>;
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? '';
  const first = [...filesOf(manifest, entry), 'index.html'];

  it(`comes with at most ${firstLoadKb} kB on a first visit, compressed`, () => {
    const sizes = first.map((file) => [file, gzipSync(readFileSync(new URL(file, root))).length / 1000] as const);
    const total = sizes.reduce((sum, [, kb]) => sum + kb, 0);
    assert.ok(total > 50 && total <= firstLoadKb, `${total.toFixed(0)} kB: ${JSON.stringify(sizes)}`);
  });

  it('loads the call only when there is one', () => {
    for (const part of ['src/screens/call/CallScreen.tsx', 'src/call/CallClient.ts']) {
      const chunk = manifest[part];
      assert.ok(chunk, `${part} is a chunk of its own`);
      assert.ok(!first.includes(chunk.file), `${part} is in the first load`);
    }
    const code = first.filter((file) => file.endsWith('.js')).map((file) => readFileSync(new URL(file, root), 'utf8'));
    assert.ok(!code.some((text) => text.includes('mediasoup-client')), 'the media library is in the first load');
  });
});
