/**
 * An RTP packet's fields, as far as a depacketizer needs them (RFC 3550, section 5.1).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                             SSRC                              |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * ```
 */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequenceNumber: number;
  /** Ticks of the codec's clock rate. */
  timestamp: number;
  ssrc: number;
  /** A view into the datagram: without CSRCs, header extension and padding. */
  payload: Buffer;
}

const FIXED_HEADER_BYTES = 12;

/**
 * Reads one datagram.
 *
 * @returns Null when it is not a well-formed RTP packet.
 */
export function parseRtpPacket(datagram: Buffer): RtpPacket | null {
  if (datagram.length < FIXED_HEADER_BYTES) return null;
  const flags = datagram.readUInt8(0);
  if (flags >> 6 !== 2) return null;
  let start = FIXED_HEADER_BYTES + 4 * (flags & 0x0f);
  if (flags & 0x10) {
    // Header extension: 16 bits of profile, 16 bits of length in 32-bit words (section 5.3.1).
    if (datagram.length < start + 4) return null;
    start += 4 + 4 * datagram.readUInt16BE(start + 2);
  }
  let end = datagram.length;
  if (flags & 0x20) {
    const paddingBytes = datagram.readUInt8(end - 1);
    if (paddingBytes === 0) return null;
    end -= paddingBytes;
  }
  if (end < start) return null;
  const typeByte = datagram.readUInt8(1);
  return {
    payloadType: typeByte & 0x7f,
    marker: (typeByte & 0x80) !== 0,
    sequenceNumber: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(start, end),
  };
}

/** How far `to` is after `from` in 16-bit sequence numbers that wrap: -32768 to 32767. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** How far `to` is after `from` in 32-bit timestamps that wrap. */
export function timestampDistance(from: number, to: number): number {
  return (to - from) | 0;
}
