import path from 'node:path';
import sharp from 'sharp';
import type { Picture } from '../../src/analysis/decode/Picture.ts';
import { FaceDetector, type DetectedFace } from '../../src/analysis/faces/FaceDetector.ts';
import { Model } from '../../src/analysis/models/Model.ts';
import { aroundFace, clip as play, filmed, livingPerson, looped, then } from '../../test/support/rtp/people.ts';
import { frozen, pattern, pictureOfFile, type Scene } from '../../test/support/rtp/scenes.ts';
import { mediaDir, modelsDir } from '../../test/support/TestMonitor.ts';
import type { Clip } from './clips.ts';

/** What somebody in the evaluation is. The kinds of genuine ones are counted apart. */
export type Kind =
  | 'real clip'
  | 'real clip, slow motion'
  | 'generated person'
  | 'frozen'
  | 'loop 4 s'
  | 'loop 10 s'
  | 'loop 22 s'
  | 'swap in mid-call'
  | 'swap in mid-call, at rest'
  | 'another person'
  | 'swap from the start'
  | 'print or screen';

export const GENUINE: ReadonlySet<Kind> = new Set(['real clip', 'real clip, slow motion', 'generated person']);

export const RATES = { 150: [1, 3, 5, 2, 3, 1, 5], 600: [22, 30, 38, 26, 30, 34, 22], 1500: [60, 66, 70, 62, 68] };
export type Rate = keyof typeof RATES;

/** One participant to be: what his camera shows, for how long, and since when it is an attack. */
export interface Role {
  name: string;
  person: string;
  kind: Kind;
  scene: Scene;
  lengthS: number;
  /** Null for genuine ones. */
  attackAtS: number | null;
  rate: Rate;
  loss: number;
}

export interface CastOptions {
  clips: readonly Clip[];
  /** How long a generated person stays. */
  generatedS: number;
  quick: boolean;
}

const WIDTH = 640;
const HEIGHT = 360;

interface Portrait {
  name: string;
  picture: Picture;
  face: DetectedFace | null;
}

/** Everybody who takes part, genuine ones and attackers. */
export async function castOf(options: CastOptions): Promise<Role[]> {
  const portraits = await loadPortraits();
  const genuine = options.clips.filter(({ kind }) => kind === 'genuine');
  if (options.quick) return quickCast(portraits);
  return [
    ...genuine.flatMap(realRoles),
    ...portraits.filter(isOfPerson).flatMap((portrait, i) => generatedRoles(portrait, i, options.generatedS)),
    ...frozenRoles(portraits, genuine),
    ...loopRoles(portraits, genuine),
    ...swapRoles(options.clips),
    ...seatRoles(genuine),
    ...portraits.filter((portrait) => !isOfPerson(portrait)).map(presentationRole),
  ];
}

function quickCast(portraits: Portrait[]): Role[] {
  const [first] = portraits;
  if (!first) return [];
  const scene = livingPerson(first.picture, livingOf(first, 7, 1));
  const base = { person: first.name, rate: 600, loss: 0 } as const;
  return [
    { ...base, name: 'generated', kind: 'generated person', scene, lengthS: 30, attackAtS: null },
    { ...base, name: 'frozen', kind: 'frozen', scene: frozen(first.picture), lengthS: 25, attackAtS: 0 },
    { ...base, name: 'loop', kind: 'loop 4 s', scene: looped(scene, 4), lengthS: 30, attackAtS: 0 },
  ];
}

const isOfPerson = ({ name }: Portrait): boolean => !/_F\d$/.test(name);

function realRoles(clip: Clip): Role[] {
  const base = { person: clip.person, attackAtS: null } as const;
  const usual = play(clip.jpegs, { ...sizeOf(clip), fps: clip.fps });
  const lengthS = clip.lengthS;
  const role = (rate: Rate, loss: number): Role => ({
    ...base,
    name: `${clip.name} ${rate} kbit/s${loss > 0 ? ' with loss' : ''}`,
    kind: 'real clip',
    scene: usual,
    lengthS,
    rate,
    loss,
  });
  const slow = filmed(play(clip.jpegs, { ...sizeOf(clip), fps: clip.fps, speed: 1 / 3 }), 1.5, 5);
  const slowRole = (rate: Rate): Role => ({
    ...base,
    name: `${clip.name} slow ${rate} kbit/s`,
    kind: 'real clip, slow motion',
    scene: slow,
    lengthS: 3 * lengthS,
    rate,
    loss: 0,
  });
  return [role(150, 0), role(600, 0.05), role(1500, 0), slowRole(150), slowRole(600)];
}

/** Still, quiet and lively. */
const MANNERS = [
  { breathPx: 0.6, swayPx: 0.3, lightDrift: 0.005, noise: 1 },
  { breathPx: 1.2, swayPx: 2, lightDrift: 0.02, noise: 2 },
  { breathPx: 1.5, swayPx: 9, lightDrift: 0.04, noise: 2.5 },
];

function livingOf({ face }: Portrait, seed: number, manner: number): Parameters<typeof livingPerson>[1] {
  return { seed, ...MANNERS[manner]!, eyes: face ? [face.leftEye, face.rightEye] : [] };
}

function generatedRoles(portrait: Portrait, index: number, lengthS: number): Role[] {
  return MANNERS.flatMap((_, manner) =>
    ([150, 600] as const).map((rate): Role => {
      const seed = 1000 * index + 10 * manner + rate;
      return {
        name: `${portrait.name} ${['still', 'quiet', 'lively'][manner] ?? ''} ${rate} kbit/s`,
        person: portrait.name,
        kind: 'generated person',
        scene: livingPerson(portrait.picture, livingOf(portrait, seed, manner)),
        lengthS,
        attackAtS: null,
        rate,
        loss: manner === 1 ? 0.05 : 0,
      };
    }),
  );
}

function frozenRoles(portraits: readonly Portrait[], clips: readonly Clip[]): Role[] {
  const role = (name: string, person: string, scene: Scene, rate: Rate): Role => ({
    name: `${name} frozen ${rate} kbit/s`,
    person,
    kind: 'frozen',
    scene,
    lengthS: 40,
    attackAtS: 0,
    rate,
    loss: 0,
  });
  return [
    ...portraits.map((p, i) => role(p.name, p.name, frozen(p.picture), i % 2 ? 150 : 600)),
    ...clips.map((clip, i) => {
      const first = play(clip.jpegs, { ...sizeOf(clip), fps: clip.fps });
      return role(clip.name, clip.person, () => first(1), i % 2 ? 600 : 150);
    }),
  ];
}

const LOOPS = { 4: 'loop 4 s', 10: 'loop 10 s', 22: 'loop 22 s' } as const;

function loopRoles(portraits: readonly Portrait[], clips: readonly Clip[]): Role[] {
  const roles: Role[] = [];
  for (const seconds of [4, 10, 22] as const) {
    const add = (name: string, person: string, scene: Scene, fps: number, rate: Rate): void => {
      // A length that is no whole number of seconds, as a file's is not.
      const lengthS = seconds + 0.37 * Math.sin(13 * roles.length);
      roles.push({
        name: `${name} loop of ${lengthS.toFixed(2)} s ${rate} kbit/s`,
        person,
        kind: LOOPS[seconds],
        scene: looped(scene, lengthS, fps),
        lengthS: 4 * seconds + 40,
        attackAtS: 0,
        rate,
        loss: 0,
      });
    };
    for (const [i, portrait] of portraits.filter(isOfPerson).entries()) {
      const scene = livingPerson(portrait.picture, livingOf(portrait, 50 + i, i % 3));
      add(`${portrait.name} ${['still', 'quiet', 'lively'][i % 3] ?? ''}`, portrait.name, scene, 30, i % 2 ? 150 : 600);
    }
    for (const [i, clip] of clips.filter(({ lengthS }) => lengthS > seconds + 0.4).entries()) {
      const scene = play(clip.jpegs, { ...sizeOf(clip), fps: clip.fps });
      add(clip.name, clip.person, scene, clip.fps, i % 2 ? 600 : 150);
    }
  }
  return roles;
}

/** To and fro, with the noise of a sensor: a genuine stretch that is longer than the clip without being a loop of it. */
function stretched(clip: Clip): Scene {
  const there = play(clip.jpegs, { ...sizeOf(clip), fps: clip.fps });
  const seconds = clip.lengthS - 0.1;
  const toAndFro: Scene = (atS) => {
    const phase = atS % (2 * seconds);
    return there(phase < seconds ? phase : 2 * seconds - phase);
  };
  return filmed(toAndFro, 1.5, 3);
}

function swapRoles(clips: readonly Clip[]): Role[] {
  return clips
    .filter(({ kind }) => kind === 'swapped')
    .flatMap((swapped, i): Role[] => {
      const real = clips.find((c) => c.kind === 'genuine' && c.name === swapped.name.replace(/swap$/, 'real'));
      const rate: Rate = i % 2 ? 150 : 600;
      const whole = play(swapped.jpegs, { ...sizeOf(swapped), fps: swapped.fps });
      const base = { person: swapped.person, rate, loss: 0 };
      const always: Role = {
        ...base,
        name: `${swapped.name} from the start`,
        kind: 'swap from the start',
        scene: whole,
        lengthS: swapped.lengthS,
        attackAtS: 0,
      };
      if (!real) return [always];
      const switched = (kind: Kind, atS: number): Role => ({
        ...base,
        name: `${swapped.name} from ${atS} s on`,
        kind,
        scene: then(stretched(real), atS, stretched(swapped)),
        lengthS: atS + 30,
        attackAtS: atS,
      });
      return [always, switched('swap in mid-call', 20), switched('swap in mid-call, at rest', 45)];
    });
}

function seatRoles(clips: readonly Clip[]): Role[] {
  const persons = [...new Map(clips.filter(({ lengthS }) => lengthS > 6).map((clip) => [clip.person, clip])).values()];
  return persons.map((clip, i): Role => {
    const next = persons[(i + 1) % persons.length] ?? clip;
    return {
      name: `${clip.person}, then ${next.person}`,
      person: clip.person,
      kind: 'another person',
      scene: then(stretched(clip), 20, filmed(resized(stretched(next), clip), 0, 1)),
      lengthS: 50,
      attackAtS: 20,
      rate: i % 2 ? 150 : 600,
      loss: 0,
    };
  });
}

/** The same camera has the same size of picture. */
function resized(scene: Scene, clip: Clip): Scene {
  const { width, height } = sizeOf(clip);
  return async (atS) => {
    const { width: w, height: h, rgb } = await scene(atS);
    const png = await sharp(rgb, { raw: { width: w, height: h, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    return pictureOfFile(png, width, height);
  };
}

function presentationRole(portrait: Portrait): Role {
  return {
    name: `${portrait.name} held up`,
    person: portrait.name,
    kind: 'print or screen',
    scene: livingPerson(portrait.picture, { ...livingOf(portrait, 3, 2), eyes: [] }),
    lengthS: 25,
    attackAtS: 0,
    rate: 600,
    loss: 0,
  };
}

/** 360 lines, in the clip's own shape. */
function sizeOf(clip: Clip): { width: number; height: number } {
  const [width, height] = jpegSize(clip.jpegs[0]!);
  return { width: 2 * Math.round((HEIGHT * width) / height / 2), height: HEIGHT };
}

/** The size in the frame header of a JPEG (ITU-T T.81, B.2.2). */
function jpegSize(jpeg: Buffer): [number, number] {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xc2) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  }
  throw new Error('a JPEG without a frame header');
}

/** Photos of people, cut around the face; a pattern in their place where there are none. */
async function loadPortraits(): Promise<Portrait[]> {
  if (!mediaDir) return [{ name: 'pattern', picture: pattern(WIDTH, HEIGHT), face: null }];
  const detector = new FaceDetector(await Model.load(modelsDir, 'blazeface'));
  const names = [
    'human_person-celeste',
    'human_person-linda',
    'human_person-nicole',
    'human_person-vlado',
    'silent_image_T1',
    'silent_image_F1',
    'silent_image_F2',
  ];
  return Promise.all(names.map((name) => portraitOf(detector, name)));
}

async function portraitOf(detector: FaceDetector, name: string): Promise<Portrait> {
  const file = path.join(mediaDir ?? '', 'photos', `${name}.jpg`);
  const whole = await sharp(file).rotate().removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = whole.info;
  const [face] = await detector.detect({ width, height, rgb: whole.data });
  if (!face) throw new Error(`no face was found in ${name}`);
  const { left, top, right, bottom } = aroundFace({ width, height }, face.box, WIDTH / HEIGHT);
  const area = {
    left: Math.round(left),
    top: Math.round(top),
    width: Math.floor(right - left),
    height: Math.floor(bottom - top),
  };
  const cut = await sharp(whole.data, { raw: { width, height, channels: 3 } })
    .extract(area)
    .png()
    .toBuffer();
  const picture = await pictureOfFile(cut, WIDTH, HEIGHT);
  const [again] = await detector.detect(picture);
  return { name, picture, face: again ?? null };
}
