/** What the first bytes of a TCP connection say of it. */
export type FirstFrame =
  /** Too few bytes to tell. */
  | { kind: 'unfinished' }
  /** A STUN binding request, framed for TCP: media of the transport with this user name fragment of ours. */
  | { kind: 'media'; usernameFragment: string }
  /** TLS, HTTP or anything else. */
  | { kind: 'other' };

/** Bytes of the length that precedes each packet on TCP (RFC 4571 section 2). */
const framingBytes = 2;
/** RFC 8489 section 5. */
const headerBytes = 20;
const magicCookie = 0x2112a442;
/** RFC 8489 section 14.3: "ours:theirs" (RFC 8445 section 7.2.2). */
const usernameAttribute = 0x0006;
/** A binding request of a browser has about 120 bytes; nobody needs more than this. */
export const maxFirstFrameBytes = 512;

/**
 * Tells media from everything else by the first bytes of a connection:
 *
 *     0        2          4          6          10
 *     | length | 00 01    | length   | 21 12 A4 42 | transaction id, attributes …
 *     RFC 4571   binding    RFC 8489
 *
 * TLS begins with 16 hex and HTTP with a letter, so the first byte is enough for those.
 */
export function readFirstFrame(head: Buffer): FirstFrame {
  if (head.length === 0) return { kind: 'unfinished' };
  // The length is below 512, so its first byte is 0 or 1.
  if (head[0]! > 1) return { kind: 'other' };
  if (head.length < framingBytes + headerBytes) {
    return head.length >= 4 && head.readUInt16BE(2) !== 1 ? { kind: 'other' } : { kind: 'unfinished' };
  }
  const frameBytes = head.readUInt16BE(0);
  const binding = head.readUInt16BE(2) === 1 && head.readUInt32BE(6) === magicCookie;
  if (!binding || frameBytes < headerBytes || frameBytes > maxFirstFrameBytes) return { kind: 'other' };
  if (head.length < framingBytes + frameBytes) return { kind: 'unfinished' };
  const username = readAttribute(head.subarray(framingBytes + headerBytes, framingBytes + frameBytes));
  const usernameFragment = username?.split(':')[0];
  return usernameFragment ? { kind: 'media', usernameFragment } : { kind: 'other' };
}

/** The user name among the attributes of a message; each is padded to four bytes. */
function readAttribute(attributes: Buffer): string | null {
  for (let at = 0; at + 4 <= attributes.length;) {
    const bytes = attributes.readUInt16BE(at + 2);
    if (attributes.readUInt16BE(at) === usernameAttribute && at + 4 + bytes <= attributes.length) {
      return attributes.toString('latin1', at + 4, at + 4 + bytes);
    }
    at += 4 + Math.ceil(bytes / 4) * 4;
  }
  return null;
}
