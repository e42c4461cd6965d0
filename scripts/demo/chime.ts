import { readFileSync } from 'node:fs';

/** Milliseconds of sound in each packet of the file. */
export const PACKET_MS = 20;

/**
 * The Opus packets of the chime: each stands after its length in two bytes. `makeChime.ts` writes the file.
 *
 * @throws Error when the file is cut short.
 */
export function chime(): Buffer[] {
  const file = readFileSync(new URL('chime.opus', import.meta.url));
  const packets: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const end = at + 2 + file.readUInt16BE(at);
    if (end > file.length) throw new Error('chime.opus is cut short');
    packets.push(file.subarray(at + 2, end));
    at = end;
  }
  return packets;
}
