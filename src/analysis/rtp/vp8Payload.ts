/** One RTP payload of VP8 (RFC 7741, section 4.2). */
export interface Vp8Payload {
  /** The packet begins a frame: it starts partition 0 (S = 1, PID = 0). */
  beginsFrame: boolean;
  /** Known only for a packet that begins a frame: the inverse of the P bit of the VP8 frame tag (section 4.3). */
  keyFrame: boolean;
  /** What follows the descriptor. */
  data: Buffer;
}

/**
 * Reads the payload descriptor.
 *
 * ```
 *      0 1 2 3 4 5 6 7
 *     +-+-+-+-+-+-+-+-+
 *     |X|R|N|S|R| PID |
 *     +-+-+-+-+-+-+-+-+
 * X:  |I|L|T|K| RSV   |
 *     +-+-+-+-+-+-+-+-+
 * I:  |M| PictureID   |   (two bytes when M is set)
 *     +-+-+-+-+-+-+-+-+
 * L:  |   TL0PICIDX   |
 *     +-+-+-+-+-+-+-+-+
 * T/K:|TID|Y| KEYIDX  |
 *     +-+-+-+-+-+-+-+-+
 * ```
 *
 * @returns Null when the descriptor is cut off or nothing follows it.
 */
export function parseVp8Payload(payload: Buffer): Vp8Payload | null {
  if (payload.length < 2) return null;
  const required = payload.readUInt8(0);
  let at = 1;
  if (required & 0x80) {
    const present = payload.readUInt8(at++);
    if (present & 0x80) {
      if (at >= payload.length) return null;
      at += payload.readUInt8(at) & 0x80 ? 2 : 1;
    }
    if (present & 0x40) at += 1;
    if (present & 0x30) at += 1;
  }
  if (at >= payload.length) return null;
  const beginsFrame = (required & 0x10) !== 0 && (required & 0x07) === 0;
  const data = payload.subarray(at);
  return { beginsFrame, keyFrame: beginsFrame && (data.readUInt8(0) & 0x01) === 0, data };
}
