import { median } from '../bench/statistics.ts';
import type { CallOverLink, Reading } from './CallOverLink.ts';

/** What came of a scenario. */
export interface Result {
  scenario: string;
  /** What is aimed at, in words. */
  aim: string;
  measured: string;
  n: number;
  /** Whether it keeps what the product promises, which a loaded machine must be able to keep. */
  kept: boolean;
}

export type Scenario = (call: CallOverLink) => Promise<Result[]>;

const clean = { delay: 0, jitter: 0, loss: 0, rate: 0, queue: 200, cut: 0, noudp: 0, notcp: 0 } as const;

async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Longest time without a frame on either side while something happens and until pictures move again on both. */
async function gapDuring(call: CallOverLink, disturb: () => Promise<void>, timeoutMs: number): Promise<number> {
  await call.reset();
  await call.untilFrames(10, 20_000);
  await call.reset();
  await disturb();
  const before = await call.read();
  await wait(500);
  await call.untilFrames(Math.max(before.far.frames, before.near.frames) + 15, timeoutMs);
  const { far, near } = await call.read();
  return Math.max(far.gapMs, near.gapMs);
}

async function repeated(times: number, measure: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let i = 0; i < times; i++) values.push(await measure());
  return values;
}

/** Over which protocol the call runs. */
export const paths: Scenario = async (call) => {
  const results: Result[] = [];
  for (const protocol of ['udp', 'tcp'] as const) {
    call.link.set({ ...clean, noudp: protocol === 'tcp' ? 1 : 0 });
    await call.call();
    const { far } = await call.read();
    const used = [...new Set(far.protocols)].join(', ');
    results.push({
      scenario: protocol === 'udp' ? 'open network' : 'UDP blocked',
      aim: `connects over ${protocol.toUpperCase()}`,
      measured: `connected over ${used.toUpperCase()}`,
      n: 1,
      kept: used === protocol,
    });
    await call.hangUp();
  }
  return results;
};

export const joins: Scenario = async (call) => {
  const results: Result[] = [];
  for (const [name, settings, aimMs] of [
    ['join, no delay', {}, 100],
    ['join, 100 ms round trip', { delay: 50 }, 260],
    ['join, UDP blocked, 100 ms round trip', { delay: 50, noudp: 1 }, 500],
  ] as const) {
    call.link.set({ ...clean, ...settings });
    const times = await repeated(5, async () => {
      const tookMs = await call.call();
      await call.hangUp();
      return tookMs;
    });
    const value = median(times);
    results.push({
      scenario: name,
      aim: `answer to first frame <= ${String(aimMs)} ms`,
      measured: `${value.toFixed(0)} ms (${times.map((t) => t.toFixed(0)).join(', ')})`,
      n: times.length,
      kept: value < 2000,
    });
  }
  return results;
};

/** What the call survives, in one long call. */
export const recoveries: Scenario = async (call) => {
  call.link.set(clean);
  await call.call();
  const rows: [name: string, aim: string, limitMs: number, times: number, disturb: () => Promise<void>][] = [
    ['nothing happens', 'the gap that this machine makes', 10_000, 1, () => wait(5_000)],
    ['socket gone for 20 s', 'no frame lost', 2_000, 2, () => socketGone(call, 20_000)],
    ['another network, after 1 s without', 'gap <= 3 s', 8_000, 3, () => call.link.switchNetwork(1000)],
    ['another network, not noticed', 'gap <= 8 s', 15_000, 3, () => call.link.switchNetwork(0)],
    ['NAT takes another address', 'gap <= 8 s', 15_000, 2, async () => call.link.rebind()],
    ['no network for 10 s', 'back <= 4 s after it', 10_000, 2, () => blackout(call, 10_000)],
    ['no network for 30 s', 'back <= 4 s after it', 10_000, 1, () => blackout(call, 30_000)],
    ['no network for 58 s', 'back <= 4 s after it', 10_000, 2, () => blackout(call, 58_000)],
  ];
  const results: Result[] = [];
  for (const [scenario, aim, limitMs, times, disturb] of rows) {
    const outMs = Number(/no network for (\d+)/.exec(scenario)?.[1] ?? 0) * 1000;
    const gaps = await repeated(times, async () => (await gapDuring(call, disturb, 60_000)) - outMs).catch(
      (error: unknown) => String(error),
    );
    if (typeof gaps === 'string') {
      results.push({ scenario, aim, measured: `not back within 60 s (${gaps.slice(0, 60)})`, n: times, kept: false });
      break;
    }
    const value = median(gaps);
    results.push({
      scenario,
      aim,
      measured: `${seconds(value)} (${gaps.map(seconds).join(', ')})`,
      n: times,
      kept: value < limitMs,
    });
  }
  await call.hangUp().catch(() => undefined);
  return results;
};

async function socketGone(call: CallOverLink, ms: number): Promise<void> {
  call.link.set({ notcp: 1 });
  await wait(ms);
  call.link.set({ notcp: 0 });
}

async function blackout(call: CallOverLink, ms: number): Promise<void> {
  call.link.set({ cut: 1 });
  await wait(ms);
  call.link.set({ cut: 0 });
}

/** Down: what comes through the link to the client; up: what the client sends. */
interface BothWays {
  down: Quality;
  up: Quality;
}

/** Frames per second, share of time frozen and share of sound made up. */
interface Quality {
  fps: number;
  frozen: number;
  concealed: number;
  height: number;
}

async function quality(call: CallOverLink, forMs: number): Promise<BothWays> {
  const before = await call.read();
  await wait(forMs);
  const after = await call.read();
  const of = (a: Reading, b: Reading): Quality => ({
    fps: (b.framesDecoded - a.framesDecoded) / (forMs / 1000),
    frozen: (b.freezeS - a.freezeS) / (forMs / 1000),
    concealed: (b.concealed - a.concealed) / Math.max(1, b.audioSamples - a.audioSamples),
    height: b.height,
  });
  return { down: of(before.far, after.far), up: of(before.near, after.near) };
}

const oneWay = ({ fps, frozen, concealed, height }: Quality): string =>
  `${fps.toFixed(1)} fps of ${String(height)} lines, ${(100 * frozen).toFixed(1)} % frozen, ${(100 * concealed).toFixed(1)} % of sound made up`;

const inWords = ({ down, up }: BothWays): string => `down ${oneWay(down)}; up ${oneWay(up)}`;

const slower = ({ down, up }: BothWays): number => Math.min(down.fps, up.fps);

export const badLinks: Scenario = async (call) => {
  call.link.set(clean);
  await call.call();
  const results: Result[] = [];
  for (const [name, aim, settings, minFps] of [
    ['no fault', 'about 20 fps', {}, 10],
    ['loss 5 %', '>= 18 of 20 fps, no freeze', { loss: 5, delay: 20 }, 8],
    ['loss 10 %', 'frozen <= 5 % of the time', { loss: 10, delay: 20 }, 5],
    ['loss 30 %', 'sound kept, >= 8 fps', { loss: 30, delay: 20 }, 2],
    ['delay 150 ms each way', 'about 20 fps', { delay: 150 }, 8],
  ] as const) {
    call.link.set({ ...clean, ...settings });
    await wait(6_000);
    const value = await quality(call, 15_000);
    results.push({ scenario: name, aim, measured: inWords(value), n: 1, kept: slower(value) >= minFps });
  }
  results.push(...(await cliff(call)));
  await call.hangUp();
  return results;
};

/** Suddenly 150 kbit/s each way, and after 20 s all of it again. */
async function cliff(call: CallOverLink): Promise<Result[]> {
  call.link.set({ ...clean, delay: 20 });
  await wait(8_000);
  const before = await quality(call, 5_000);
  call.link.set({ rate: 150 });
  await wait(3_000);
  const narrow = await quality(call, 15_000);
  call.link.set({ rate: 0 });
  await wait(10_000);
  const after = await quality(call, 5_000);
  return [
    {
      scenario: '150 kbit/s, from the 3rd second on',
      aim: '>= 8 fps on a lower layer',
      measured: inWords(narrow),
      n: 1,
      kept: slower(narrow) >= 2,
    },
    {
      scenario: 'released again, after 10 s',
      aim: '80 % of the lines of before',
      measured: `${inWords(after)} (before: down ${String(before.down.height)}, up ${String(before.up.height)} lines)`,
      n: 1,
      kept: after.down.height >= 0.5 * before.down.height && after.up.height >= 0.5 * before.up.height,
    },
  ];
}
