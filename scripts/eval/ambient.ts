/**
 * node --import tsx scripts/eval/ambient.ts: would a slow, faint tint of the call page's background, code and answer of A2b,
 * be found in faces? A simulation: the colours of genuine faces are read off key frames of clips, two a second, and the
 * light is put upon them afterwards, for three minutes, the clips running to and fro.
 */
import sharp from 'sharp';
import { glimpseOf } from '../../src/analysis/analyzers/glimpse.ts';
import { decodeKeyFrame } from '../../src/analysis/decode/decodeKeyFrame.ts';
import type { Picture } from '../../src/analysis/decode/Picture.ts';
import { readVp8KeyFrameHeader } from '../../src/analysis/decode/vp8KeyFrame.ts';
import { FaceDetector } from '../../src/analysis/faces/FaceDetector.ts';
import { FaceMesh } from '../../src/analysis/faces/FaceMesh.ts';
import { Model } from '../../src/analysis/models/Model.ts';
import { directionOf, drawSlots, type Rgb, type Slot } from '../../src/assessment/challenges/lightCode.ts';
import { respond, type RegionColour, type Sample } from '../../src/assessment/challenges/lightResponse.ts';
import { encodeKeyFrame } from '../../test/support/rtp/vp8.ts';
import { modelsDir } from '../../test/support/TestMonitor.ts';
import { loadClips, type Clip } from './clips.ts';

const LOOKS_PER_S = 2;
const WINDOW_S = 180;
const LAG_MS = 250;
const DECOYS = 300;
const CODES = 12;
/** The low layer at some 150 kbit/s. */
const WIDTH = 320;
const HEIGHT = 180;
const QUALITY = 5;
const FOUND = { z: 4, p: 1 / 300 };

async function tracesOf(clip: Clip, detector: FaceDetector, mesh: FaceMesh): Promise<RegionColour[]> {
  const seen: RegionColour[] = [];
  const step = clip.fps / LOOKS_PER_S;
  for (let at = 0; at < clip.jpegs.length; at += step) {
    const picture = await throughVp8(clip.jpegs[Math.floor(at)]!);
    const [face] = await detector.detect(picture);
    const glimpse = face && glimpseOf(picture, await mesh.lay(picture, face)).face;
    if (glimpse) seen.push({ mean: glimpse.mean, halves: { left: glimpse.left, right: glimpse.right } });
  }
  return seen;
}

async function throughVp8(jpeg: Buffer): Promise<Picture> {
  const { data } = await sharp(jpeg)
    .resize(WIDTH, HEIGHT, { fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const frame = await encodeKeyFrame({ width: WIDTH, height: HEIGHT, rgb: data }, QUALITY);
  const header = readVp8KeyFrameHeader(frame);
  if (typeof header === 'string') throw new Error(header);
  return decodeKeyFrame(frame, header);
}

/** Three minutes of a clip that runs to and fro, under the light of a code. */
function litWindow(
  trace: readonly RegionColour[],
  slots: readonly Slot[],
  slotMs: number,
  modulation: number,
): Sample[] {
  const round = [...trace, ...trace.slice(1, -1).toReversed()];
  return Array.from({ length: WINDOW_S * LOOKS_PER_S }, (_, i) => {
    const atMs = (1000 * i) / LOOKS_PER_S + 40 * Math.random();
    const slot = slots[Math.floor((atMs - LAG_MS) / slotMs)];
    const light = slot ? directionOf(slot.hue) : [0, 0, 0];
    const tint = (colour: Rgb): Rgb =>
      colour.map((level, channel) => level * Math.exp(modulation * light[channel]!)) as unknown as Rgb;
    const { mean, halves } = round[i % round.length]!;
    return {
      atMs,
      colour: { mean: tint(mean), halves: halves && { left: tint(halves.left), right: tint(halves.right) } },
    };
  });
}

const drawWhole = (count: number): Slot[] => drawSlots(count).map(({ hue }) => ({ hue, halves: false }));

/** How far a code stands out in a window, for each of several codes. */
function scores(trace: readonly RegionColour[], slotMs: number, modulation: number): { z: number; found: boolean }[] {
  const count = Math.ceil((1000 * WINDOW_S) / slotMs);
  return Array.from({ length: CODES }, () => {
    const slots = drawWhole(count);
    const shownAtMs = slots.map((_, i) => i * slotMs);
    const samples = litWindow(trace, slots, slotMs, modulation);
    const decoys = Array.from({ length: DECOYS }, () => [drawWhole(count)]);
    const answer = respond([{ shownAtMs, samples }], [slots], decoys);
    return { z: answer?.z ?? 0, found: answer !== null && answer.z >= FOUND.z && answer.p <= FOUND.p };
  });
}

async function main(): Promise<void> {
  const detector = new FaceDetector(await Model.load(modelsDir, 'blazeface'));
  const mesh = new FaceMesh(await Model.load(modelsDir, 'facemesh'));
  const traces: { name: string; trace: RegionColour[] }[] = [];
  for (const clip of (await loadClips()).filter(({ kind, name }) => kind === 'genuine' && !name.includes('swap'))) {
    const trace = await tracesOf(clip, detector, mesh);
    if (trace.length >= 6) traces.push({ name: clip.name, trace });
  }
  console.log(
    `${traces.length} genuine clips: ${traces.map(({ name, trace }) => `${name} (${trace.length})`).join(', ')}`,
  );
  console.log('slot s | light % | windows | z 5 % | z median | z 95 % | found in a window');
  for (const slotMs of [1000, 3000]) {
    for (const modulation of [0, 0.0025, 0.005, 0.01, 0.02]) {
      const all = traces.flatMap(({ trace }) => scores(trace, slotMs, modulation));
      const z = all.map((one) => one.z).sort((a, b) => a - b);
      const at = (share: number): string => z[Math.floor(share * (z.length - 1))]!.toFixed(1);
      const found = all.filter((one) => one.found).length;
      const share = `${found} (${((100 * found) / all.length).toFixed(1)} %)`;
      console.log([slotMs / 1000, 100 * modulation, all.length, at(0.05), at(0.5), at(0.95), share].join(' | '));
    }
  }
}

await main();
