import { randomBytes } from 'node:crypto';

/** A STUN binding request as a browser sends it over TCP, without the attributes that nobody here reads. */
export function bindingRequest(username: string | null): Buffer {
  const attributes = [
    attribute(0x8029, randomBytes(8)),
    ...(username === null ? [] : [attribute(6, Buffer.from(username))]),
  ];
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(8);
  header.writeUInt16BE(1, 0);
  header.writeUInt16BE(body.length, 2);
  header.writeUInt32BE(0x2112a442, 4);
  const message = Buffer.concat([header, randomBytes(12), body]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
