/** Links in text that somebody else wrote. */

export interface TextPart {
  text: string;
  /** Where it leads; null for plain text. */
  href: string | null;
}

/** Ends at what no address contains: blanks, quotes, brackets of prose, Chinese letters and full-width signs. */
const candidate =
  /(?<![a-z0-9:_/.@-])https?:\/\/[^\s<>"'`\u2018\u2019\u201c\u201d\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+/gi;
/** Marks that end the sentence rather than the address. */
const trailing = '.,;:!?)]}…';
/** They turn the direction of writing around, and with it what an address seems to be. */
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * Cuts a text into plain parts and links. Only http and https are links, and only as they are written: what is shown is
 * where it leads. Addresses with a name and password in front of the host pretend to be somewhere else and stay text.
 */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(candidate)) {
    const shown = withoutTrailing(match[0]);
    const href = hrefOf(shown);
    if (href === null) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), href: null });
    parts.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

function withoutTrailing(text: string): string {
  let end = text.length;
  while (end > 0 && trailing.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function hrefOf(text: string): string | null {
  if (directionMarks.test(text) || text.includes('\\') || !URL.canParse(text)) return null;
  const url = new URL(text);
  const safe = (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
  return safe ? url.href : null;
}
