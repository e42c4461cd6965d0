import type { Requests } from '../../api/Signaling.ts';
import { layerForTile, type Size } from '../layers.ts';

/** Sizes settle this long before the server is asked, ms: windows are dragged and tiles move. */
const debounceMs = 200;
/** A video that has come and is on no tile by then is off the page, ms: drawing a call's first tiles takes its time. */
const graceMs = 2000;
/** A request that failed is tried again after this, ms: above the server's limit of two a second for one video. */
const againMs = 1000;

/** Where a video is shown. */
export interface Place {
  /** CSS px. */
  size: Size;
  /** In a window of its own, which is seen while the page is hidden. */
  floats: boolean;
}

interface Viewed {
  layers: number;
  /** Page clock, ms. */
  sinceMs: number;
  /** Places on the page that show it now. */
  tiles: Map<object, Place>;
  asked: { paused: boolean; layer: number | null };
}

/**
 * Asks the server for just what can be seen: of each video the smallest layer that is not below its tile in device
 * pixels, and nothing of what is not on the page or while the tab is hidden.
 */
export class ViewerLayers {
  readonly #requests: Requests;
  readonly #videos = new Map<string, Viewed>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #active = false;

  constructor(requests: Requests) {
    this.#requests = requests;
    document.addEventListener('visibilitychange', this.#schedule);
  }

  /** Begins asking; before the call is answered everything is left as the server made it. */
  start(): void {
    this.#active = true;
    // Only now there are tiles to be drawn.
    for (const viewed of this.#videos.values()) viewed.sinceMs = performance.now();
    this.#schedule();
  }

  add(consumerId: string, layers: number): void {
    this.#videos.set(consumerId, {
      layers,
      sinceMs: performance.now(),
      tiles: new Map(),
      asked: { paused: false, layer: null },
    });
    this.#schedule();
  }

  remove(consumerId: string): void {
    this.#videos.delete(consumerId);
  }

  clear(): void {
    this.#videos.clear();
  }

  /** A tile shows the video in this place, or no longer (null). `tile` is any object that stands for it. */
  show(consumerId: string, tile: object, place: Place | null): void {
    const viewed = this.#videos.get(consumerId);
    if (!viewed) return;
    if (place === null) viewed.tiles.delete(tile);
    else viewed.tiles.set(tile, place);
    // What comes back into view must not wait for sizes to settle.
    if (place !== null && viewed.asked.paused && this.#active) this.#ask();
    else this.#schedule();
  }

  close(): void {
    this.#active = false;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#schedule);
    this.#videos.clear();
  }

  #schedule = (): void => {
    this.#askIn(debounceMs);
  };

  #askIn(ms: number): void {
    if (!this.#active) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), ms);
  }

  #ask(): void {
    for (const [consumerId, viewed] of this.#videos) {
      const waits = viewed.tiles.size === 0 && performance.now() - viewed.sinceMs < graceMs;
      if (waits) {
        this.#askIn(graceMs);
        continue;
      }
      const paused = seen(viewed).length === 0;
      if (paused !== viewed.asked.paused) {
        viewed.asked.paused = paused;
        this.#send(paused ? 'pauseConsumer' : 'resumeConsumer', consumerId);
      }
      const layer = largestLayer(viewed);
      if (paused || layer === null || layer === viewed.asked.layer) continue;
      viewed.asked.layer = layer;
      this.#requests.request('setConsumerLayers', { consumerId, spatialLayer: layer }).catch(() => {
        viewed.asked.layer = null;
        this.#askIn(againMs);
      });
    }
  }

  #send(request: 'pauseConsumer' | 'resumeConsumer', consumerId: string): void {
    this.#requests.request(request, { consumerId }).catch(() => {
      const viewed = this.#videos.get(consumerId);
      if (!viewed) return;
      viewed.asked.paused = request !== 'pauseConsumer';
      this.#askIn(againMs);
    });
  }
}

function largestLayer({ layers, tiles }: Viewed): number | null {
  if (layers < 2 || tiles.size === 0) return null;
  return Math.max(...[...tiles.values()].map(({ size }) => layerForTile(size, window.devicePixelRatio, layers)));
}

/** The places that somebody can see now: of a hidden page only what floats. */
function seen({ tiles }: Viewed): Place[] {
  const hidden = document.hidden && !document.pictureInPictureElement;
  return [...tiles.values()].filter(({ floats }) => floats || !hidden);
}
