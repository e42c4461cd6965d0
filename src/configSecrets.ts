/** Words that stand for a secret in examples, and that people leave there. */
const samples =
  /^(.)\1*$|change.?me|changeit|example|sample|secret|password|passw0rd|default|placeholder|your[-_ ]|insert|replace|veritalk|postgres|admin|letmein|qwerty|12345|abcdef|test|todo|xxx/i;

/** Bits that a text holds at most, by how many different characters it is made of. */
function bitsOf(text: string): number {
  return text.length * Math.log2(Math.max(1, new Set(text).size));
}

/**
 * What is wrong with a secret that programs use (nobody has to remember it, so there is no reason for a weak one).
 *
 * @returns The reason, or null if it is good: at least 96 bits as its characters go, and no word of an example.
 */
export function weaknessOf(secret: string): string | null {
  if (samples.test(secret)) return 'is a sample or a common word, not a secret';
  if (bitsOf(secret) < 96) return 'is too short: use the output of "openssl rand -base64 32"';
  return null;
}

/** The password inside a database address; null where there is none. */
export function passwordOf(url: string): string | null {
  const { password } = new URL(url);
  return password === '' ? null : decodeURIComponent(password);
}

/** Database passwords are sometimes typed: only what everybody tries first is refused. */
export function isSamplePassword(password: string): boolean {
  return password.length < 8 || samples.test(password);
}
