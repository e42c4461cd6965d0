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
