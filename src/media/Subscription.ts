import type { types } from 'mediasoup';
import type { MediaSource } from '../protocol/values.ts';

/** What must all be true before media flow to a viewer. */
interface Gates {
  /** The page has said that it can receive: a first key frame that comes earlier is lost, and the next is a second away. */
  acknowledged: boolean;
  /** Viewer and owner have both joined. */
  joined: boolean;
  /** The viewer wants to see it (tile on the page). */
  wanted: boolean;
  /** Policy lets it through. */
  permitted: boolean;
}

/** One viewer's consumer of one producer. It is created paused and flows while every gate is open. */
export class Subscription {
  readonly consumer: types.Consumer;
  readonly producerId: string;
  readonly source: MediaSource;
  readonly #gates: Gates;
  #preferredLayer: number | null = null;
  #open = false;
  #work: Promise<void> = Promise.resolve();

  constructor(consumer: types.Consumer, options: { source: MediaSource; joined: boolean; permitted: boolean }) {
    this.consumer = consumer;
    this.producerId = consumer.producerId;
    this.source = options.source;
    this.#gates = { acknowledged: false, joined: options.joined, wanted: true, permitted: options.permitted };
  }

  get id(): string {
    return this.consumer.id;
  }

  get acknowledged(): boolean {
    return this.#gates.acknowledged;
  }

  get permitted(): boolean {
    return this.#gates.permitted;
  }

  /** Sets one or more gates. @returns a promise for the moment at which the worker has followed. */
  set(gates: Partial<Gates>): Promise<void> {
    Object.assign(this.#gates, gates);
    const open = Object.values(this.#gates).every(Boolean);
    if (open !== this.#open) {
      this.#open = open;
      this.#work = this.#work.then(() => this.#follow(open));
    }
    return this.#work;
  }

  /**
   * Tells of every change of the layer that is sent. Null is told only where the viewer's bandwidth is the reason: nothing
   * flows either while the consumer or its producer is paused, or when the producer's packets do not arrive here.
   */
  onLayerChange(listener: (spatialLayer: number | null) => void): void {
    const { consumer } = this;
    consumer.on('layerschange', (layers) => {
      if (layers) return listener(layers.spatialLayer);
      if (!consumer.paused && !consumer.producerPaused && consumer.score.producerScore > 0) listener(null);
    });
  }

  /** The layer that the viewer asked for; null: he did not say, -1: he sees none of it. */
  get watchedLayer(): number | null {
    return this.#gates.wanted ? this.#preferredLayer : -1;
  }

  /** Whether the viewer gets a smaller layer than he asked for, or none, though its sender sends a larger one. */
  get starved(): boolean {
    const { consumer } = this;
    if (consumer.type !== 'simulcast' || consumer.paused || consumer.producerPaused) return false;
    const sent = consumer.score.producerScores.findLastIndex((score) => score > 0);
    const wanted = Math.min(sent, consumer.preferredLayers?.spatialLayer ?? sent);
    return (consumer.currentLayers?.spatialLayer ?? -1) < wanted;
  }

  /**
   * Where a viewer's network has no room for everything, videos of a higher priority get theirs first.
   *
   * @param priority - 1 to 255. Sound has no part in it: it is always sent.
   */
  async setPriority(priority: number): Promise<void> {
    if (!this.consumer.closed && this.consumer.priority !== priority) await this.consumer.setPriority(priority);
  }

  async setSpatialLayer(spatialLayer: number): Promise<void> {
    this.#preferredLayer = spatialLayer;
    if (this.consumer.type === 'simulcast') await this.consumer.setPreferredLayers({ spatialLayer });
  }

  async #follow(open: boolean): Promise<void> {
    if (this.consumer.closed || open !== this.#open) return;
    try {
      await (open ? this.consumer.resume() : this.consumer.pause());
    } catch (error) {
      // A consumer that was closed meanwhile has nothing to follow any more.
      if (!this.consumer.closed) throw error;
    }
  }
}
