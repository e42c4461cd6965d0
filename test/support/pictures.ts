/** Read in the page: what the remote pictures show. No closures, so that any driver can send these functions to a browser. */

/** The size of the first remote picture that has moved since it was looked at last; null if none has. */
export function movedPicture(): { width: number; height: number } | null {
  const videos = [...document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"][data-self="false"] video')];
  const video = videos.find((v) => v.videoWidth > 0);
  if (!video) return null;
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 18;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.drawImage(video, 0, 0, 32, 18);
  const pixels = [...context.getImageData(0, 0, 32, 18).data];
  const earlier = JSON.parse(video.dataset.seen ?? '[]') as number[];
  video.dataset.seen = JSON.stringify(pixels);
  const moved = earlier.length > 0 && pixels.some((value, i) => Math.abs(value - (earlier[i] ?? 0)) > 4);
  return moved ? { width: video.videoWidth, height: video.videoHeight } : null;
}

/** Whether a remote picture has come in a width between these bounds, px. */
export function hasWidth([least, most]: [least: number, most: number]): boolean {
  const videos = document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"][data-self="false"] video');
  return [...videos].some(({ videoWidth }) => videoWidth >= least && videoWidth <= most);
}

/**
 * How much fine detail the first remote picture has at its left edge, as a multiple of that in its middle, over so many
 * frames. Looked at in the size of the smallest layer, so that it is the same in all of them.
 */
export async function edgeDetail(frames: number): Promise<number> {
  const video = document.querySelector<HTMLVideoElement>('[data-testid="tile"][data-self="false"] video');
  const canvas = document.createElement('canvas');
  const [width, height] = [160, 120];
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!video || !context) return NaN;
  const sums = [0, 0];
  for (let frame = 0; frame < frames; frame++) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    for (const [part, [left, top]] of [
      [2, 40],
      [62, 40],
    ].entries()) {
      for (let y = top!; y < top! + 40; y++) {
        for (let x = left!; x < left! + 28; x++) {
          const at = (y * width + x) * 4 + 1;
          const around = data[at - 4]! + data[at + 4]! + data[at - 4 * width]! + data[at + 4 * width]!;
          sums[part]! += Math.abs(4 * data[at]! - around);
        }
      }
    }
  }
  return sums[0]! / sums[1]!;
}
