import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { loadSecrets } from '../../../src/auth/secrets.ts';
import { ConfigError } from '../../../src/config.ts';

describe('loadSecrets', () => {
  let folder: string;
  let dataDir: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'veritalk-secrets-'));
    dataDir = join(folder, 'data');
    file = join(dataDir, 'secrets.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes keys on the first start and finds them on the next', async () => {
    const first = await loadSecrets(dataDir);
    const again = await loadSecrets(dataDir);
    assert(first.accessTokenKey.equals(again.accessTokenKey));
    assert(first.refreshTokenKey.equals(again.refreshTokenKey));
    assert(!first.accessTokenKey.equals(first.refreshTokenKey));
    assert.equal(first.accessTokenKey.symmetricKeySize, 32);
    assert.deepEqual(readdirSync(dataDir), ['secrets.json']);
  });

  it('lets nobody else read them', async () => {
    await loadSecrets(dataDir);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(dataDir).mode & 0o066, 0, 'the folder can be passed through, not listed');
    chmodSync(file, 0o644);
    await loadSecrets(dataDir);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('gives all that start at once the same keys', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => loadSecrets(dataDir)));
    for (const { accessTokenKey } of all) assert(all[0]?.accessTokenKey.equals(accessTokenKey));
    assert.deepEqual(readdirSync(dataDir), ['secrets.json']);
  });

  const damaged: [what: string, change: (text: string) => string][] = [
    ['an empty file', () => ''],
    ['half a file', (text) => text.slice(0, text.length / 2)],
    [
      'a key of 31 bytes',
      (text) => text.replace(/"accessTokenKey":"[^"]*"/, `"accessTokenKey":"${Buffer.alloc(31).toString('base64')}"`),
    ],
    ['a key in plain words', (text) => text.replace(/"accessTokenKey":"[^"]*"/, '"accessTokenKey":"secret"')],
    ['a key that is missing', (text) => text.replace(/,"refreshTokenKey".*/, '}')],
    ['something else', () => '[]'],
  ];
  for (const [what, change] of damaged) {
    it(`does not start with ${what}, keeps the file and says what to do`, async () => {
      await loadSecrets(dataDir);
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, change(text));
      await assert.rejects(loadSecrets(dataDir), (error: unknown) => {
        assert(error instanceof ConfigError);
        assert.match(error.message, /secrets\.json is damaged: restore it/);
        for (const secret of Object.values(JSON.parse(text) as object)) assert(!error.message.includes(String(secret)));
        return true;
      });
      assert.equal(readFileSync(file, 'utf8'), change(text));
    });
  }

  it('says so when the folder cannot be made', async () => {
    writeFileSync(join(folder, 'data'), 'a file');
    await assert.rejects(loadSecrets(dataDir), (error: unknown) => {
      assert(error instanceof ConfigError);
      assert.match(error.message, /secrets\.json cannot be (read|written) \(\w+\)\.$/);
      return true;
    });
  });
});
