import { FrameInspector } from '../../src/analysis/FrameInspector.ts';
import { IdentityContinuity } from '../../src/analysis/analyzers/IdentityContinuity.ts';
import { Stream } from '../../src/analysis/Stream.ts';
import { pattern, pictureOfFile, stillPerson } from '../../test/support/rtp/scenes.ts';
import { encodeKeyFrame } from '../../test/support/rtp/vp8.ts';
import { mediaDir, modelsDir } from '../../test/support/TestMonitor.ts';
import { percentile, type Row } from './statistics.ts';

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 60;
/** Key frames of a camera at about 600 kbit/s. */
const QUALITY = 30;
/** Seconds between looks: in an integrity window, at rest, in an active check. */
const STEPS_S = { window: 1, rest: 10, challenge: 0.47 };
/** A window of 30 s each 120 to 300 s after the one before (`CameraScanner`): so much of the time on average. */
const WINDOW_SHARE = 30 / (30 + 210);

/**
 * What looking costs, in CPU time of the analysis process, on key frames of 640x360 with one face (a photo that breathes;
 * without the photos a pattern without a face, and the rows say so). The media path is not in it: see `capacity`.
 */
export async function measureAnalysis(): Promise<Row[]> {
  const inspector = await FrameInspector.create(modelsDir);
  const photo = mediaDir
    ? await pictureOfFile(`${mediaDir}/photos/human_person-vlado.jpg`, WIDTH, HEIGHT, 'top')
    : null;
  const scene = stillPerson(photo ?? pattern(WIDTH, HEIGHT));
  const frames: Buffer[] = [];
  for (let i = 0; i < FRAMES; i++) frames.push(await encodeKeyFrame(await scene(i), QUALITY + (i % 3)));
  const whom = photo ? 'with a face' : 'without a face';
  await looks(inspector, frames, STEPS_S.window);
  const window = await looks(inspector, frames, STEPS_S.window);
  const rest = await looks(inspector, frames, STEPS_S.rest);
  const challenge = await looks(inspector, frames, STEPS_S.challenge, true);
  const average = WINDOW_SHARE * window.perSecondMs + (1 - WINDOW_SHARE) * rest.perSecondMs;
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const row = (measured: string, aim: string, value: string): Row => ({
    measured: `analysis, ${whom}: ${measured}`,
    aim,
    value,
    n: FRAMES,
  });
  return [
    row('CPU for a look in a window, mean', '-', ms(window.meanMs)),
    row('CPU for a look at rest, mean', '-', ms(rest.meanMs)),
    row('CPU for a participant-second, windows included', '<= 4 ms', ms(average)),
    row('CPU for a second of an active check', '<= 60 ms', ms(challenge.perSecondMs)),
    row('participants that one core watches', '>= 200', Math.floor(1000 / average).toString()),
    row('time of a look, 95th percentile', '-', ms(percentile([...window.tookMs, ...rest.tookMs], 0.95))),
  ];
}

interface Looks {
  meanMs: number;
  perSecondMs: number;
  tookMs: number[];
}

async function looks(
  inspector: FrameInspector,
  frames: readonly Buffer[],
  stepS: number,
  glimpse = false,
): Promise<Looks> {
  const source = { ip: '127.0.0.1', port: 9 };
  const options = { streamId: 1, nonce: '0'.repeat(32), subjectId: 1, groupId: 1, ssrc: 1, payloadType: 96, source };
  const stream = new Stream({ type: 'openStream', ...options }, new IdentityContinuity());
  const tookMs: number[] = [];
  const before = process.cpuUsage();
  for (const [i, data] of frames.entries()) {
    const startedAtMs = performance.now();
    const seen = await inspector.inspect(
      stream,
      { data, atMs: 1_800_000_000_000 + Math.round(1000 * stepS * i) },
      glimpse,
    );
    if (typeof seen === 'string') throw new Error(`a key frame was refused: ${seen}`);
    tookMs.push(performance.now() - startedAtMs);
  }
  const { user, system } = process.cpuUsage(before);
  const meanMs = (user + system) / 1000 / frames.length;
  return { meanMs, perSecondMs: meanMs / stepS, tookMs };
}
