import type { Random } from '../../test/support/random.ts';

/** Texts that have broken something somewhere: SQL, paths, scripts, format strings, odd Unicode, very long ones. */
const texts: readonly (() => string)[] = [
  () => '',
  () => "' OR pg_sleep(5)--",
  () => '"; DROP TABLE users; --',
  () => '../../../../etc/passwd',
  () => '..%2f..%2fetc%2fpasswd',
  () => '<svg onload=alert(1)>',
  () => '${7*7}{{7*7}}%s%n',
  () => '\u0000',
  () => '\u202eadmin\u200b\ufeff',
  () => '\ud800',
  () => 'а' + 'dmin',
  () => 'é'.normalize('NFD').repeat(50),
  () => '\r\nSet-Cookie: a=b',
  () => '__proto__',
  () => 'constructor',
  () => '00000000-0000-0000-0000-000000000000',
  () => 'x'.repeat(5000),
  () => '😀'.repeat(3000),
  () => 'NaN',
  () => '-1',
];

const numbers = [-1, 0, -0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, Number.MIN_VALUE, 65_536];

/** A value of any kind, most of them not what is asked for. */
export function hostileValue(random: Random, depth = 0): unknown {
  const dice = random.below(depth > 3 ? 5 : 9);
  if (dice === 0) return null;
  if (dice === 1) return random.below(2) === 0;
  if (dice === 2) return random.pick(numbers);
  if (dice <= 4) return random.pick(texts)();
  if (dice === 5) return Array.from({ length: random.below(4) }, () => hostileValue(random, depth + 1));
  if (dice === 6) return { $gt: '', $where: 'sleep(1000)' };
  if (dice === 7)
    return JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {"isAdmin": true}}}');
  const keys = ['id', 'role', 'isAdmin', 'user_id', 'toString', 'length', 'then', 'x'];
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, () => [random.pick(keys), hostileValue(random, depth + 1)]),
  );
}

/** A good value with something wrong in it, at any depth; now and then nothing is. */
export function spoil(good: unknown, random: Random): unknown {
  if (random.below(12) === 0) return good;
  if (typeof good !== 'object' || good === null) return hostileValue(random);
  const copy: Record<string, unknown> = { ...good };
  const keys = Object.keys(copy);
  const dice = random.below(5);
  const key = keys.length > 0 ? random.pick(keys) : 'x';
  if (dice === 0) return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== key));
  else if (dice === 1)
    copy[random.pick(['role', 'isAdmin', 'userId', 'peerId', '__proto__ ', 'id'])] = hostileValue(random);
  else if (dice === 2) return hostileValue(random);
  else copy[key] = spoil(copy[key], random);
  return copy;
}

/** JSON by hand, which `JSON.stringify` would never write: broken, deep, with keys twice. */
export function hostileText(random: Random): string {
  const depth = 20_000;
  return random.pick([
    () => '{"a":',
    () => '['.repeat(depth),
    () => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    () => '{"callee":"ann","callee":{"$gt":""},"call_type":"video"}',
    () => '{"__proto__":{"isAdmin":true}}',
    () => '\u0000{}',
    () => 'null',
    () => '"x"',
    () => '123',
    () => `{${Array.from({ length: 3000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
    () => Array.from({ length: 200 }, () => String.fromCharCode(random.below(256))).join(''),
  ])();
}
