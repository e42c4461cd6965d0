import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { configurationTable } from '../../scripts/configurationTable.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the documents for operators', () => {
  it('have the configuration as it is (npm run config:docs writes it)', () => {
    assert.equal(read('docs/configuration.md'), configurationTable(read('config/default.yaml')));
  });

  it('explain every setting', () => {
    const table = read('docs/configuration.md');
    const places = (tree: object, prefix: string): string[] =>
      Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? places(value, `${prefix}${key}.`)
          : [`${prefix}${key}`],
      );
    for (const place of places(parse(read('config/default.yaml')) as object, '')) {
      assert.match(table, new RegExp(`\\| \`${place}\` \\| .* \\| \\S.*\\|`), place);
    }
  });

  it('name only tests and commands that are there', () => {
    const files = [...read('docs/security.md').matchAll(/\b(?:unit|integration|e2e)\/[\w/]+\.test\.ts/g)].map(
      ([file]) => file,
    );
    assert.ok(files.length > 80);
    for (const file of files) assert.ok(existsSync(join(root, 'test', file)), file);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const page of ['docs/operating.md', 'docs/configuration.md', 'docs/security.md']) {
      for (const [, name] of read(page).matchAll(/npm run ([\w:-]+)/g))
        assert.ok(scripts[name ?? ''], `${page}: ${name ?? ''}`);
    }
  });

  it('leave no threat and no row of reliability out', () => {
    const table = read('docs/security.md');
    const ids = Array.from({ length: 62 }, (_, i) => `T${String(i + 1).padStart(2, '0')}`);
    for (const id of ids) assert.match(table, new RegExp(`^\\| ${id} +\\| .+ \\| .+ \\|$`, 'm'), id);
    const covered = [...table.matchAll(/^\| C(\d+)(?:-C(\d+))? +\|/gm)].flatMap(([, from, to]) => {
      const first = Number(from);
      return Array.from({ length: Number(to ?? from) - first + 1 }, (_, i) => first + i);
    });
    assert.deepEqual(
      covered,
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
  });

  it('have a dashboard that asks for metrics which exist', () => {
    const source = read('src/metrics.ts');
    for (const [, name] of read('packaging/grafana-dashboard.json').matchAll(
      /(veritalk_\w+?)(?:_bucket|_count)?[^\w]/g,
    )) {
      assert.ok(source.includes(`'${name ?? ''}'`), name);
    }
  });
});
