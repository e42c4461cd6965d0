import type { Random } from '../random.ts';

export interface Victim {
  ssrc: number;
  payloadType: number;
  /** Of the victim's transport. */
  usernameFragment: string;
}

const bytes = (random: Random, length: number): Buffer => Buffer.from(Array.from({ length }, () => random.below(256)));

/** Packets that parsers of STUN, DTLS, RTP and RTCP have stumbled over somewhere, by what they seem to be. */
export const hostilePackets: Readonly<Record<string, (random: Random, victim: Victim) => Buffer>> = {
  noise: (random) => bytes(random, random.below(1500)),

  /** For the victim's transport, with an integrity that is wrong, and sometimes lengths that lie. */
  stun: (random, { usernameFragment }) => {
    const name = Buffer.from(random.below(4) === 0 ? 'x'.repeat(random.below(600)) : `${usernameFragment}:evil`);
    const attributes = [
      attribute(0x0006, name, random),
      attribute(0x0024, bytes(random, 4), random),
      attribute(0x802a, bytes(random, 8), random),
      attribute(0x0025, Buffer.alloc(0), random),
      attribute(0x0008, bytes(random, 20), random),
      attribute(0x8028, bytes(random, 4), random),
    ].slice(0, 1 + random.below(6));
    const body = Buffer.concat(attributes);
    const head = Buffer.alloc(20);
    head.writeUInt16BE(random.pick([0x0001, 0x0101, 0x0111, 0x0011, 0x3fff]), 0);
    head.writeUInt16BE(random.below(5) === 0 ? random.below(0x10000) : body.length, 2);
    head.writeUInt32BE(0x2112a442, 4);
    bytes(random, 12).copy(head, 8);
    return Buffer.concat([head, body]);
  },

  clientHello: (random) => clientHello(random),

  /** Records of DTLS in the clear: alerts that close, a cipher change, application data, fragments that overlap. */
  dtls: (random) => {
    const type = random.pick([20, 21, 22, 23, 24, 63]);
    const body = type === 21 ? Buffer.from(random.pick(['0100', '0228']), 'hex') : bytes(random, random.below(300));
    return record(type, body, random);
  },

  /** In the victim's name, with a tag that is wrong. */
  srtp: (random, { ssrc, payloadType }) => {
    const head = Buffer.alloc(12);
    const extended = random.below(2) === 0;
    head.writeUInt8(0x80 | (extended ? 0x10 : 0) | (random.below(3) === 0 ? random.below(16) : 0), 0);
    head.writeUInt8(payloadType | (random.below(2) << 7), 1);
    head.writeUInt16BE(random.below(0x10000), 2);
    head.writeUInt32BE(ssrc, 8);
    return Buffer.concat([head, extended ? extension(random) : Buffer.alloc(0), bytes(random, random.below(1200))]);
  },

  /** RTCP in the victim's name: goodbyes, reports with counts and lengths that lie. */
  srtcp: (random, { ssrc }) => {
    const head = Buffer.alloc(8);
    head.writeUInt8(0x80 | random.below(32), 0);
    head.writeUInt8(random.pick([200, 201, 202, 203, 204, 205, 206, 207]), 1);
    head.writeUInt16BE(random.pick([0, 1, 6, 0xffff, random.below(400)]), 2);
    head.writeUInt32BE(ssrc, 4);
    return Buffer.concat([head, bytes(random, random.below(200))]);
  },
};

/** A header extension of one of both forms (RFC 8285), whose length and elements may lie. */
export function extension(random: Random): Buffer {
  const elements = Buffer.concat(
    Array.from({ length: random.below(6) }, () => {
      const length = 1 + random.below(16);
      const claimed = random.below(4) === 0 ? random.below(16) : length - 1;
      return Buffer.concat([Buffer.from([((1 + random.below(14)) << 4) | claimed]), bytes(random, length)]);
    }),
  );
  const body = Buffer.concat([elements, Buffer.alloc((4 - (elements.length % 4)) % 4)]);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(random.pick([0xbede, 0xbede, 0xbede, 0x1000, 0x100f, random.below(0x10000)]), 0);
  head.writeUInt16BE(random.below(4) === 0 ? random.below(0x400) : body.length / 4, 2);
  return Buffer.concat([head, body]);
}

/** A first flight (RFC 6347, section 4.2) that offers no encryption, or a little noise in its place. */
function clientHello(random: Random): Buffer {
  const suites = Buffer.from(random.pick(['0001', '0002', '003b', 'c006', 'c02b']), 'hex');
  const body = Buffer.concat([
    Buffer.from('fefd', 'hex'),
    bytes(random, 32),
    Buffer.from([0, 0, 0, 2]),
    suites,
    Buffer.from([1, 0]),
    random.below(3) === 0 ? bytes(random, random.below(100)) : Buffer.alloc(0),
  ]);
  const handshake = Buffer.alloc(12);
  handshake.writeUInt8(1, 0);
  handshake.writeUIntBE(body.length, 1, 3);
  handshake.writeUIntBE(random.below(4) === 0 ? random.below(0xffffff) : 0, 6, 3);
  handshake.writeUIntBE(random.below(4) === 0 ? random.below(0xffffff) : body.length, 9, 3);
  return record(22, Buffer.concat([handshake, body]), random);
}

function record(type: number, body: Buffer, random: Random): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(random.pick([0xfeff, 0xfefd, 0xfefc]), 1);
  head.writeUInt16BE(random.pick([0, 0, 0, 1, 2]), 3);
  head.writeUIntBE(random.below(0x10000), 5, 6);
  head.writeUInt16BE(random.below(5) === 0 ? random.below(0x10000) : body.length, 11);
  return Buffer.concat([head, body]);
}

function attribute(type: number, value: Buffer, random: Random): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(random.below(8) === 0 ? random.below(0x10000) : value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
