import sharp from 'sharp';
import type { Picture } from '../../../src/analysis/decode/Picture.ts';

/**
 * Makes VP8 key frames of any pixels, without a video encoder: the lossy WebP that sharp writes holds one.
 *
 * @param quality - 0 to 100. At 640x360, 3 gives the key frames of a camera at about 150 kbit/s and 30 those at 600.
 */
export async function encodeKeyFrame(picture: Picture, quality: number): Promise<Buffer> {
  const { width, height, rgb } = picture;
  const webp = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .webp({ quality, effort: 0 })
    .toBuffer();
  return vp8Chunk(webp);
}

/** The payload of the chunk `VP8 ` of a WebP file. */
export function vp8Chunk(webp: Buffer): Buffer {
  for (let at = 12; at + 8 <= webp.length;) {
    const bytes = webp.readUInt32LE(at + 4);
    if (webp.toString('latin1', at, at + 4) === 'VP8 ') return webp.subarray(at + 8, at + 8 + bytes);
    at += 8 + bytes + (bytes & 1);
  }
  throw new Error('the WebP file holds no lossy picture');
}

export interface PacketizerState {
  ssrc: number;
  payloadType: number;
  sequenceNumber: number;
  pictureId: number;
}

const MAX_DATA_BYTES = 1100;

/** Cuts a frame into RTP packets (RFC 7741, section 4.2): picture id of 15 bits, marker on the last packet. */
export function packetize(frame: Buffer, timestamp: number, state: PacketizerState): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at < frame.length || at === 0; at += MAX_DATA_BYTES) {
    const data = frame.subarray(at, at + MAX_DATA_BYTES);
    const header = Buffer.alloc(16);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(state.payloadType | (at + MAX_DATA_BYTES >= frame.length ? 0x80 : 0), 1);
    header.writeUInt16BE(state.sequenceNumber, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    header.writeUInt32BE(state.ssrc, 8);
    header.writeUInt8(0x80 | (at === 0 ? 0x10 : 0), 12); // X, and S on the packet that begins the frame
    header.writeUInt8(0x80, 13); // I
    header.writeUInt16BE(0x8000 | state.pictureId, 14); // M and 15 bits
    packets.push(Buffer.concat([header, data]));
    state.sequenceNumber = (state.sequenceNumber + 1) & 0xffff;
  }
  state.pictureId = (state.pictureId + 1) & 0x7fff;
  return packets;
}
