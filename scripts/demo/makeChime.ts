/**
 * node --import tsx scripts/demo/makeChime.ts: writes chime.opus, three soft notes that the demo colleague plays, with
 * the Opus encoder of Chromium (WebCodecs). Needed only to change the sound.
 */
import { writeFile } from 'node:fs/promises';
import { launchBrowser } from '../../test/support/browsers.ts';

const SECONDS = 3;
const NOTES = [
  { hertz: 523.25, at: 0 },
  { hertz: 659.25, at: 0.35 },
  { hertz: 783.99, at: 0.7 },
];

const browser = await launchBrowser();
const page = await browser.newPage();
// WebCodecs is there in secure contexts only; a page from this machine is one.
await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '<p>' }));
await page.goto('http://localhost/');
const packets = await page.evaluate(
  async ({ seconds, notes }) => {
    const rate = 48_000;
    const samples = new Float32Array(seconds * rate);
    for (const { hertz, at } of notes) {
      for (let i = Math.round(at * rate); i < samples.length; i++) {
        const t = i / rate - at;
        const envelope = Math.min(1, t / 0.01) * Math.exp(-2.2 * t);
        const wave = Math.sin(2 * Math.PI * hertz * t) + 0.25 * Math.sin(4 * Math.PI * hertz * t);
        samples[i] = (samples[i] ?? 0) + 0.16 * envelope * wave;
      }
    }
    const encoded: number[][] = [];
    const encoder = new AudioEncoder({
      output(chunk) {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        encoded.push([...bytes]);
      },
      error(error) {
        throw error;
      },
    });
    encoder.configure({ codec: 'opus', sampleRate: rate, numberOfChannels: 1, bitrate: 24_000 });
    encoder.encode(
      new AudioData({
        format: 'f32',
        sampleRate: rate,
        numberOfFrames: samples.length,
        numberOfChannels: 1,
        timestamp: 0,
        data: samples,
      }),
    );
    await encoder.flush();
    return encoded;
  },
  { seconds: SECONDS, notes: NOTES },
);
await browser.close();
const parts = packets.flatMap((packet) => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return [length, Buffer.from(packet)];
});
await writeFile(new URL('chime.opus', import.meta.url), Buffer.concat(parts));
console.log(`${String(packets.length)} packets`);
