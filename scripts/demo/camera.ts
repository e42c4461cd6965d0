import sharp from 'sharp';
import { vp8Chunk } from '../../test/support/rtp/vp8.ts';
import { motion } from './motion.ts';
import { drawPerson, robin, stranger } from './person.ts';

/** What is wrong with the demo colleague's picture, if anything: each is something that the server looks for. */
export const variants = ['live', 'frozen', 'loop', 'swap'] as const;
export type Variant = (typeof variants)[number];

/** Gives the picture of a moment, in seconds since the camera was switched on, as a VP8 key frame. */
export type Camera = (atS: number) => Promise<Buffer>;

/** Seconds after which the picture stops. */
const FREEZES_AFTER_S = 5;
/** Seconds of film that are shown over and over. */
const LOOP_S = 6;
/** Seconds after which somebody else sits there: the server takes eight looks, one a second, to know a face. */
const SWAPS_AFTER_S = 20;
export const FRAMES_PER_SECOND = 12;

/** A camera in front of a drawn person. */
export function openCamera(variant: Variant, seed = Math.floor(2 ** 31 * Math.random())): Camera {
  const poseAt = motion(seed);
  const film = new Map<number, Promise<Buffer>>();
  const live: Camera = (atS) =>
    keyFrameOf(drawPerson(variant === 'swap' && atS >= SWAPS_AFTER_S ? stranger : robin, poseAt(atS)));
  const played = (frame: number): Promise<Buffer> => {
    const picture = film.get(frame) ?? live(frame / FRAMES_PER_SECOND);
    film.set(frame, picture);
    return picture;
  };
  switch (variant) {
    case 'live':
    case 'swap':
      return live;
    case 'frozen':
      return (atS) => (atS < FREEZES_AFTER_S ? live(atS) : played(FREEZES_AFTER_S * FRAMES_PER_SECOND));
    case 'loop':
      return (atS) => played(Math.floor(atS * FRAMES_PER_SECOND) % (LOOP_S * FRAMES_PER_SECOND));
  }
}

/** The lossy WebP that sharp writes holds a VP8 key frame, so no video encoder is needed. */
async function keyFrameOf(svg: string): Promise<Buffer> {
  return vp8Chunk(await sharp(Buffer.from(svg)).removeAlpha().webp({ quality: 72, effort: 0 }).toBuffer());
}
