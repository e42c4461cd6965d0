import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const MAGIC_COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;

/** Attribute types of RFC 8489 section 18.3 and RFC 8445 section 16.1. */
const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlling: 0x802a,
};
const FINGERPRINT_XOR = 0x5354554e;

/** What an ICE peer told about itself in its signalling. */
export interface IceCredentials {
  usernameFragment: string;
  password: string;
}

/**
 * A binding request of a controlling ICE agent that nominates the pair at once (RFC 8445 section 7.2.2), which is all
 * that an ICE-lite server waits for.
 */
export function bindingRequest(remote: IceCredentials): Buffer {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(0x7e0000ff);
  const unsigned = [
    attribute(ATTRIBUTE.username, Buffer.from(`${remote.usernameFragment}:check`)),
    attribute(ATTRIBUTE.priority, priority),
    attribute(ATTRIBUTE.iceControlling, randomBytes(8)),
    attribute(ATTRIBUTE.useCandidate, Buffer.alloc(0)),
  ];
  const id = randomBytes(12);

  // Both sums cover a header whose length already counts the attribute that holds the sum (RFC 8489 section 14.5).
  const toSign = message(id, unsigned, 24);
  const integrity = attribute(ATTRIBUTE.messageIntegrity, createHmac('sha1', remote.password).update(toSign).digest());
  const toSum = message(id, [...unsigned, integrity], 8);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc32(toSum) ^ FINGERPRINT_XOR) >>> 0);
  return Buffer.concat([toSum, attribute(ATTRIBUTE.fingerprint, sum)]);
}

/** Whether a datagram belongs to STUN, by its first byte (RFC 7983). */
export function isStun(datagram: Buffer): boolean {
  return (datagram[0] ?? 255) < 4;
}

/** Whether a datagram is a success response to a binding request. */
export function isBindingSuccess(datagram: Buffer): boolean {
  return datagram.length >= HEADER_BYTES && datagram.readUInt16BE(0) === BINDING_SUCCESS;
}

function message(id: Buffer, attributes: Buffer[], bytesToCome: number): Buffer {
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(8);
  header.writeUInt16BE(BINDING_REQUEST, 0);
  header.writeUInt16BE(body.length + bytesToCome, 2);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  return Buffer.concat([header, id, body]);
}

/** Type, length and value, padded to four bytes. */
function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}
