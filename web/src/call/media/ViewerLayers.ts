import type { Requests } from '../../api/Signaling.ts';
import { layerForTile, type Size } from '../layers.ts';

/** Sizes settle this long before the server is asked, ms: windows are dragged and tiles move. */
const debounceMs = 200;

interface Viewed {
  layers: number;
  /** Places on the page that show it now. */
  tiles: Map<object, Size>;
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
    this.#schedule();
  }

  add(consumerId: string, layers: number): void {
    this.#videos.set(consumerId, { layers, tiles: new Map(), asked: { paused: false, layer: null } });
    this.#schedule();
  }

  remove(consumerId: string): void {
    this.#videos.delete(consumerId);
  }

  clear(): void {
    this.#videos.clear();
  }

  /** A tile shows the video at this size, or no longer (null). `tile` is any object that stands for the place. */
  show(consumerId: string, tile: object, size: Size | null): void {
    const viewed = this.#videos.get(consumerId);
    if (!viewed) return;
    if (size === null) viewed.tiles.delete(tile);
    else viewed.tiles.set(tile, size);
    // What comes back into view must not wait for sizes to settle.
    if (size !== null && viewed.asked.paused && this.#active) this.#ask();
    else this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#schedule);
    this.#videos.clear();
  }

  #schedule = (): void => {
    if (!this.#active) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), debounceMs);
  };

  #ask(): void {
    for (const [consumerId, viewed] of this.#videos) {
      const paused = document.hidden || viewed.tiles.size === 0;
      if (paused !== viewed.asked.paused) {
        viewed.asked.paused = paused;
        this.#send(paused ? 'pauseConsumer' : 'resumeConsumer', consumerId);
      }
      const layer = largestLayer(viewed);
      if (paused || layer === null || layer === viewed.asked.layer) continue;
      viewed.asked.layer = layer;
      this.#requests.request('setConsumerLayers', { consumerId, spatialLayer: layer }).catch(() => {
        viewed.asked.layer = null;
      });
    }
  }

  #send(request: 'pauseConsumer' | 'resumeConsumer', consumerId: string): void {
    this.#requests.request(request, { consumerId }).catch(() => {
      const viewed = this.#videos.get(consumerId);
      if (viewed) viewed.asked.paused = request !== 'pauseConsumer';
    });
  }
}

function largestLayer({ layers, tiles }: Viewed): number | null {
  if (layers < 2 || tiles.size === 0) return null;
  return Math.max(...[...tiles.values()].map((size) => layerForTile(size, window.devicePixelRatio, layers)));
}
