import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { CatalogEntry } from '../analysis/protocol.ts';
import type { Logger } from '../logger.ts';
import { AnalysisSlot } from './AnalysisSlot.ts';

/** The analysis processes of this server. */
export class AnalysisPool {
  readonly #slots: AnalysisSlot[];

  /**
   * Starts the processes and waits for them. One that does not start is tried again and again: calls go on without it,
   * unscored.
   *
   * @param options.processes - How many; null for one fewer than there are cores, at least one.
   * @param options.modelsDir - Folder with the models and their `manifest.json`.
   * @param options.program - See `StartOptions`.
   */
  static async create(options: {
    processes: number | null;
    modelsDir: string;
    logger: Logger;
    program?: string;
  }): Promise<AnalysisPool> {
    const count = options.processes ?? Math.max(1, availableParallelism() - 1);
    const pool = new AnalysisPool(Array.from({ length: count }, () => new AnalysisSlot(options)));
    await Promise.all(pool.#slots.map((slot) => slot.start()));
    return pool;
  }

  private constructor(slots: AnalysisSlot[]) {
    this.#slots = slots;
  }

  /** Models that operators bring, from now on; nothing waits for them to be loaded. @param folder - Of their files. */
  useModels(folder: string, catalog: readonly CatalogEntry[]): void {
    for (const slot of this.#slots) slot.useModels(path.resolve(folder), catalog);
  }

  /** The place with the fewest participants; give it back with `release`. */
  assign(): AnalysisSlot {
    const slot = this.#slots.toSorted((a, b) => a.subjects - b.subjects)[0];
    if (!slot) throw new Error('an analysis pool without processes');
    slot.subjects++;
    return slot;
  }

  release(slot: AnalysisSlot): void {
    slot.subjects--;
  }

  /** Counters of all processes together, by name. */
  get counters(): Record<string, number> {
    const total: Record<string, number> = { processes: this.#slots.length, up: 0, restarts: 0, looksInFlight: 0 };
    const add = (name: string, count: number): void => {
      total[name] = (total[name] ?? 0) + count;
    };
    for (const { child, restarts } of this.#slots) {
      add('restarts', restarts);
      if (!child) continue;
      add('up', 1);
      add('looksInFlight', child.looksInFlight);
      for (const [name, count] of Object.entries({ ...child.counters, ...child.reported })) add(name, count);
    }
    return total;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }
}
