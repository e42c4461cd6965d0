/** Pure rules of simulcast: what a camera sends, and which of it a viewer needs. */

export interface CameraEncoding {
  rid: string;
  scaleResolutionDownBy: number;
  maxBitrate: number;
  scalabilityMode: string;
}

export interface Size {
  width: number;
  height: number;
}

/**
 * Encodings for a camera, smallest first, by the real size of its track.
 *
 * From 960x540 three layers, from 480x270 two, else one: with three layers on a 640x480 picture Chromium sends only the
 * two smaller ones, and Firefox needs many seconds for a top layer that is large. The smallest fits, beside
 * sound, through 150 kbit/s: what does not fit a viewer's network is not sent to him at all.
 */
export function cameraEncodings({ width, height }: Size): CameraEncoding[] {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  if (long >= 960 && short >= 540) return [layer(0, 4, 90_000), layer(1, 2, 500_000), layer(2, 1, 1_700_000)];
  if (long >= 480 && short >= 270) return [layer(0, 2, 90_000), layer(1, 1, 800_000)];
  return [layer(0, 1, 300_000)];
}

function layer(index: number, scaleResolutionDownBy: number, maxBitrate: number): CameraEncoding {
  return { rid: `r${index}`, scaleResolutionDownBy, maxBitrate, scalabilityMode: 'L1T1' };
}

/** How many spatial layers a consumer can choose from, by its `scalabilityMode` (such as `S3T1`); 1 when it says nothing. */
export function spatialLayers(scalabilityMode: string | undefined): number {
  const match = /^[LS]([1-3])T/.exec(scalabilityMode ?? '');
  return match ? Number(match[1]) : 1;
}

/** Heights of the layers, smallest first; what `cameraEncodings` makes of the usual captures (720 and 360 lines). */
const layerHeights: Readonly<Record<number, readonly number[]>> = { 1: [360], 2: [180, 360], 3: [180, 360, 720] };

/**
 * The smallest layer that is not below the tile, or the largest there is.
 *
 * @param tile - Size of the tile in CSS px; a 16:9 picture covers it.
 * @param pixelRatio - Device pixels per CSS px.
 */
export function layerForTile(tile: Size, pixelRatio: number, layers: number): number {
  const wantedHeight = Math.max(tile.height, (tile.width * 9) / 16) * pixelRatio;
  const heights = layerHeights[layers] ?? [];
  const index = heights.findIndex((height) => height >= wantedHeight);
  return index === -1 ? layers - 1 : index;
}

/** Share of a picture that may be cut off. */
const cutOffAtMost = 0.25;

/** How a picture of one shape is put into a tile of another: filling it, or whole where too much would be cut off. */
export function fitOf(picture: Size, tile: Size): 'cover' | 'contain' {
  const ratio = (picture.width / picture.height) * (tile.height / tile.width);
  const kept = ratio > 1 ? 1 / ratio : ratio;
  return 1 - kept > cutOffAtMost ? 'contain' : 'cover';
}
