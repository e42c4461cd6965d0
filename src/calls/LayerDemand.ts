import type { Sent } from '../media/Endpoint.ts';
import type { Peer } from './Peer.ts';

/** A layer that nobody watches is given up only after this, ms: people drag windows and turn pages back. */
const defaultLowerAfterMs = 5000;

/** The checks look at the second layer where there is one (see the note at `RtpTap`), so it is always sent. */
const checkedLayer = 1;

/**
 * The highest layer of a camera that is of use.
 *
 * @param layers - How many there are.
 * @param watched - The layer that each viewer asked for; null: whatever there is, -1: none.
 */
export function usefulLayer(layers: number, watched: readonly (number | null)[]): number {
  const top = layers - 1;
  return Math.min(top, Math.max(checkedLayer, ...watched.map((layer) => layer ?? top)));
}

/** Tells the senders of simulcast which of its upper layers nobody watches, so that they save the way up for the rest. */
export class LayerDemand {
  readonly #peers: ReadonlyMap<string, Peer>;
  readonly #lowerAfterMs: number;
  /** Of producers that were told to send less than everything, or that will be. */
  readonly #told = new Map<string, number>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(peers: ReadonlyMap<string, Peer>, lowerAfterMs = defaultLowerAfterMs) {
    this.#peers = peers;
    this.#lowerAfterMs = lowerAfterMs;
  }

  /** Who watches a producer, or how large, may have changed. More is asked for at once, less after a while. */
  review(producerId: string): void {
    const found = this.#find(producerId);
    clearTimeout(this.#timers.get(producerId));
    this.#timers.delete(producerId);
    if (!found) return void this.#told.delete(producerId);
    const { layers, wanted } = found;
    const told = this.#told.get(producerId) ?? layers - 1;
    if (wanted > told) this.#tell(producerId, wanted);
    if (wanted >= told) return;
    const timer = setTimeout(() => this.#tell(producerId, this.#find(producerId)?.wanted ?? told), this.#lowerAfterMs);
    this.#timers.set(producerId, timer.unref());
  }

  /** Says it again to somebody whose connection was lost. */
  remind(owner: Peer): void {
    for (const { producer } of owner.endpoint?.sent ?? []) {
      const spatialLayer = this.#told.get(producer.id);
      if (spatialLayer !== undefined)
        owner.connection?.notify('layersWanted', { producerId: producer.id, spatialLayer });
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#told.clear();
  }

  #tell(producerId: string, spatialLayer: number): void {
    this.#timers.delete(producerId);
    this.#told.set(producerId, spatialLayer);
    this.#find(producerId)?.owner.connection?.notify('layersWanted', { producerId, spatialLayer });
  }

  #find(producerId: string): { owner: Peer; layers: number; wanted: number } | null {
    const people = [...this.#peers.values()];
    for (const owner of people) {
      const sent = owner.endpoint?.sent.find(({ producer }) => producer.id === producerId);
      const layers = sent ? layersOf(sent) : 1;
      if (layers < 2) continue;
      const watched = people.flatMap((viewer) => {
        const subscription = viewer.endpoint?.subscribed(producerId);
        return subscription ? [subscription.watchedLayer] : [];
      });
      return { owner, layers, wanted: usefulLayer(layers, watched) };
    }
    return null;
  }
}

function layersOf({ producer, source }: Sent): number {
  return source === 'camera' ? (producer.rtpParameters.encodings?.length ?? 1) : 1;
}
