import { dictionary } from '@zxcvbn-ts/language-common';
import { AppError } from '../errors.ts';

/** 49,233 passwords of known breaches, most frequent first; lower case. */
let breached: ReadonlySet<string> | null = null;

/** Read when first needed: it is 3 MB of memory that a server without registrations can do without. */
function isBreached(password: string): boolean {
  breached ??= new Set(dictionary['passwords-common']);
  return breached.has(password.toLowerCase());
}

/**
 * Refuses a password that an attacker tries first: one of a known breach, or one's own name or address. Nothing else
 * is demanded of it but its length (OWASP ASVS 5.0, 6.2.4 and 6.2.5).
 *
 * @throws AppError PASSWORD_WEAK.
 */
export function checkNewPassword(password: string, account: { username: string; email: string }): void {
  const own = [account.username, account.email, account.email.split('@')[0] ?? ''].map((text) => text.toLowerCase());
  if (isBreached(password) || own.includes(password.toLowerCase())) {
    throw new AppError('PASSWORD_WEAK', 'This password is among the first that attackers try. Please choose another.');
  }
}
