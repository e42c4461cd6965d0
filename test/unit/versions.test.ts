import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Lock {
  packages: Record<string, { version?: string; resolved?: string; integrity?: string }>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const { packages } = read('package-lock.json') as Lock;

/** The oldest versions without a known hole that hostile input reaches, with the reason. */
const oldest: [name: string, version: string, reason: string][] = [
  ['mediasoup', '3.27.1', 'out-of-bounds write from RTP, GHSA-jhm4-v227-4375; SCTP reassembly growth'],
  ['socket.io-parser', '4.2.6', 'CVE-2022-2421, CVE-2023-32695, CVE-2026-33151'],
  ['socket.io', '4.6.2', 'CVE-2024-38355'],
  ['engine.io', '6.6.9', 'CVE-2022-21676, -41940, CVE-2023-31125; WebTransport past middlewares below 6.6.7'],
  ['ws', '8.21.1', 'CVE-2024-37890, CVE-2026-45736, -48779, -62389'],
  ['typeorm', '1.0.0', 'undefined in a condition finds every row below 1.0'],
  ['jsonwebtoken', '9.0.0', 'CVE-2022-23529, -23539, -23540, -23541'],
  ['passport', '0.6.0', 'CVE-2022-25896'],
];

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map((part) => parseInt(part, 10)));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

describe('what is installed', () => {
  for (const [name, version, reason] of oldest) {
    it(`has ${name} of at least ${version} (${reason})`, () => {
      const found = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
      assert.ok(found.length > 0);
      for (const [path, { version: locked = '' }] of found)
        assert.ok(compare(locked, version) >= 0, `${path} ${locked}`);
    });
  }

  it('is pinned: exact versions, each with a hash', () => {
    const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+[-.\w]*$/, name);
    }
    for (const [path, { resolved, integrity }] of Object.entries(packages)) {
      if (resolved !== undefined) assert.match(integrity ?? '', /^sha512-/, path);
    }
  });

  it('compares versions by their numbers', () => {
    assert.ok(compare('3.9.0', '3.27.1') < 0 && compare('4.2.6', '4.2.6') === 0 && compare('10.0.0', '9.9.9') > 0);
  });
});
