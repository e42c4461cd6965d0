/** What a VP8 key frame says of itself before anything is decoded (RFC 6386, sections 9.1 to 9.6 and 19.2). */
export interface Vp8KeyFrameHeader {
  width: number;
  height: number;
  /** Base quantiser index, 0 (finest) to 127 (coarsest). */
  quantizerIndex: number;
}

export const MAX_WIDTH_PX = 1920;
export const MAX_HEIGHT_PX = 1080;
export const MAX_KEY_FRAME_BYTES = 1024 * 1024;

const FRAME_TAG_BYTES = 3;
const KEY_FRAME_HEADER_BYTES = 10;

/** The least that decoding needs to be worth trying; smaller pictures hold no face that could be judged. */
const MIN_SIDE_PX = 16;

export type Refusal = 'not_a_key_frame' | 'bad_header' | 'too_large';

/**
 * Reads and judges the header, so that nothing is allocated for a picture that will not be decoded.
 *
 * ```
 * frame tag, 24 bits little endian: | P | version 3 | show 1 | first partition size 19 |
 * start code 9d 01 2a
 * 16 bits: | width 14 | horizontal scale 2 |    16 bits: | height 14 | vertical scale 2 |
 * ```
 */
export function readVp8KeyFrameHeader(data: Buffer): Vp8KeyFrameHeader | Refusal {
  if (data.length > MAX_KEY_FRAME_BYTES) return 'too_large';
  if (data.length < KEY_FRAME_HEADER_BYTES) return 'bad_header';
  const tag = data.readUIntLE(0, FRAME_TAG_BYTES);
  if ((tag & 1) !== 0) return 'not_a_key_frame';
  const version = (tag >> 1) & 7;
  const shown = (tag >> 4) & 1;
  const firstPartitionBytes = tag >> 5;
  if (version > 3 || shown === 0) return 'bad_header';
  if (data.readUIntBE(FRAME_TAG_BYTES, 3) !== 0x9d012a) return 'bad_header';
  if (KEY_FRAME_HEADER_BYTES + firstPartitionBytes > data.length) return 'bad_header';
  const width = data.readUInt16LE(6) & 0x3fff;
  const height = data.readUInt16LE(8) & 0x3fff;
  if (width > MAX_WIDTH_PX || height > MAX_HEIGHT_PX) return 'too_large';
  if (width < MIN_SIDE_PX || height < MIN_SIDE_PX) return 'bad_header';
  return { width, height, quantizerIndex: readQuantizerIndex(data.subarray(KEY_FRAME_HEADER_BYTES)) };
}

/** The boolean entropy decoder of RFC 6386, section 7.3, for the few header fields that are read with it. */
class BoolDecoder {
  readonly #data: Buffer;
  #at = 2;
  #value: number;
  #range = 255;
  #bitCount = 0;

  constructor(data: Buffer) {
    this.#data = data;
    this.#value = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  }

  bit(probability = 128): number {
    const split = 1 + (((this.#range - 1) * probability) >> 8);
    const bigSplit = split << 8;
    let bit = 0;
    if (this.#value >= bigSplit) {
      bit = 1;
      this.#range -= split;
      this.#value -= bigSplit;
    } else {
      this.#range = split;
    }
    while (this.#range < 128) {
      this.#value <<= 1;
      this.#range <<= 1;
      if (++this.#bitCount === 8) {
        this.#bitCount = 0;
        this.#value |= this.#data[this.#at++] ?? 0;
      }
    }
    return bit;
  }

  literal(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) value = (value << 1) | this.bit();
    return value;
  }

  /** A flag and, when it is set, a magnitude and a sign, whose value does not matter here. */
  skipOptionalSigned(bits: number): void {
    if (this.bit()) this.literal(bits + 1);
  }
}

function readQuantizerIndex(firstPartition: Buffer): number {
  const decoder = new BoolDecoder(firstPartition);
  decoder.literal(2); // color_space, clamping_type
  if (decoder.bit()) skipSegmentation(decoder);
  decoder.literal(1 + 6 + 3); // filter_type, loop_filter_level, sharpness_level
  if (decoder.bit() && decoder.bit()) for (let i = 0; i < 8; i++) decoder.skipOptionalSigned(6);
  decoder.literal(2); // log2_nbr_of_dct_partitions
  return decoder.literal(7);
}

function skipSegmentation(decoder: BoolDecoder): void {
  const updatesMap = decoder.bit();
  if (decoder.bit()) {
    decoder.bit(); // segment_feature_mode
    for (let i = 0; i < 4; i++) decoder.skipOptionalSigned(7);
    for (let i = 0; i < 4; i++) decoder.skipOptionalSigned(6);
  }
  if (updatesMap) for (let i = 0; i < 3; i++) if (decoder.bit()) decoder.literal(8);
}
