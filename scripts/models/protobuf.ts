/**
 * Writers for the wire format of protocol buffers, as far as ONNX files need them. Each gives the bytes of one field.
 * https://protobuf.dev/programming-guides/encoding/
 */

const WIRE = { varint: 0, lengthDelimited: 2 };

export function integerField(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, WIRE.varint), varint(BigInt.asUintN(64, BigInt(value)))]);
}

export function bytesField(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([tag(field, WIRE.lengthDelimited), varint(BigInt(value.length)), value]);
}

export function textField(field: number, value: string): Buffer {
  return bytesField(field, Buffer.from(value));
}

/** A message inside a message. */
export function messageField(field: number, parts: readonly Buffer[]): Buffer {
  return bytesField(field, Buffer.concat(parts));
}

function tag(field: number, wire: number): Buffer {
  return varint(BigInt((field << 3) | wire));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
