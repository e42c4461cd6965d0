import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rate = 48_000;
const seconds = 4;

/** A wav file (16 bit, mono) that is as loud as speech and swells four times a second, as syllables do. */
export async function speechFile(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'veritalk-speech-'));
  const path = join(folder, 'speech.wav');
  const samples = Int16Array.from({ length: rate * seconds }, (_, i) => {
    const t = i / rate;
    const swell = 0.5 - 0.5 * Math.cos(2 * Math.PI * 4 * t);
    return Math.round(12_000 * swell * Math.sin(2 * Math.PI * 220 * t));
  });
  await writeFile(path, Buffer.concat([header(samples.byteLength), Buffer.from(samples.buffer)]));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** RIFF/WAVE, PCM, one channel. */
function header(dataBytes: number): Buffer {
  const bytes = Buffer.alloc(44);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + dataBytes, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(dataBytes, 40);
  return bytes;
}
