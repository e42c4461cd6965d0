import { AppError } from '../errors.ts';

/**
 * Characters that change how the text around them is shown, or are not shown at all: controls, bidirectional marks,
 * overrides and isolates, zero-width spaces and the byte order mark. The zero-width joiners stay, emoji and several
 * scripts need them.
 */
const unseen = /[\p{Cc}\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** Text for people (a name, a title) as we store it: NFKC, one line, nothing invisible. May turn out empty. */
export function cleanText(text: string): string {
  if (!text.isWellFormed()) throw new AppError('VALIDATION', 'The text holds half a character.');
  return text.normalize('NFKC').replace(unseen, '').replace(/\s+/g, ' ').trim();
}

/** User names are the same without regard to case. */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}

/** The local part is case-sensitive by RFC 5321, but no mail provider treats it so, and people type it either way. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

/** What was typed as login: user names never hold an `@`. */
export function parseLogin(login: string): { username: string } | { email: string } {
  return login.includes('@') ? { email: normalizeEmail(login) } : { username: usernameKey(login.trim()) };
}
