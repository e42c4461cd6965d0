import { EventEmitter } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { CatalogEntry } from '../analysis/protocol.ts';
import type { Logger } from '../logger.ts';
import { AnalysisChild } from './AnalysisChild.ts';
import type { StartOptions } from './startAnalysisProcess.ts';

/** A process that dies is started again after this, then after twice as long, and so on. */
const FIRST_RESTART_MS = 1000;
const LAST_RESTART_MS = 30_000;
/** Times that the process may die in one model before that model is left out. */
const DEATHS_ALLOWED = 2;
/** Alive for so long, and the next restart is quick again. */
const HEALTHY_MS = 60_000;

/**
 * A place for one analysis process, which is filled again when the process dies. Cameras belong to a place, so that what
 * a process remembers of a participant is in one of them only.
 */
export class AnalysisSlot extends EventEmitter<{ up: [AnalysisChild]; down: [] }> {
  /** Participants who belong here. */
  subjects = 0;
  restarts = 0;
  readonly #start: Pick<StartOptions, 'modelsDir' | 'program'>;
  readonly #logger: Logger;
  readonly #abort = new AbortController();
  #child: AnalysisChild | null = null;
  #starting: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #delayMs = FIRST_RESTART_MS;
  #closed = false;
  #models: { folder: string; catalog: readonly CatalogEntry[] } = { folder: '.', catalog: [] };
  /** Model -> times that the process died or hung in it. */
  readonly #deaths = new Map<string, number>();

  constructor({ modelsDir, program, logger }: Pick<StartOptions, 'modelsDir' | 'program'> & { logger: Logger }) {
    super();
    this.setMaxListeners(0);
    this.#start = program === undefined ? { modelsDir } : { modelsDir, program };
    this.#logger = logger;
  }

  /** The process, or null while there is none. */
  get child(): AnalysisChild | null {
    return this.#child;
  }

  /** Replaces the models of the catalog in use, now and in the processes to come; what was blamed is forgiven. */
  useModels(folder: string, catalog: readonly CatalogEntry[]): void {
    this.#models = { folder, catalog };
    this.#deaths.clear();
    this.#child?.loadModels(folder, catalog);
  }

  /** Settles when the first attempt has; a failed one is repeated. */
  async start(): Promise<void> {
    if (this.#closed || this.#child) return;
    this.#starting ??= this.#fill().finally(() => {
      this.#starting = null;
    });
    await this.#starting;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#abort.abort();
    await this.#starting;
    await this.#child?.close();
    this.removeAllListeners();
  }

  async #fill(): Promise<void> {
    try {
      const options = { ...this.#start, logger: this.#logger, signal: this.#abort.signal };
      const child = await AnalysisChild.start(options);
      if (this.#closed) return await child.close();
      this.#adopt(child);
    } catch (error) {
      if (this.#closed) return;
      this.#logger.error({ err: error, retryMs: this.#delayMs }, 'analysis process did not start');
      this.#restartLater();
    }
  }

  #adopt(child: AnalysisChild): void {
    const startedAtMs = performance.now();
    this.#child = child;
    const { folder, catalog } = this.#models;
    const usable = catalog.filter(({ name }) => (this.#deaths.get(name) ?? 0) < DEATHS_ALLOWED);
    if (usable.length > 0) child.loadModels(folder, usable);
    child.once('close', () => {
      this.#child = null;
      this.#blame(child.lastModel);
      if (this.#closed) return;
      if (performance.now() - startedAtMs > HEALTHY_MS) this.#delayMs = FIRST_RESTART_MS;
      this.#restartLater();
      this.emit('down');
    });
    this.emit('up', child);
  }

  #blame(model: string | null): void {
    if (model === null || this.#closed) return;
    const deaths = (this.#deaths.get(model) ?? 0) + 1;
    this.#deaths.set(model, deaths);
    const leftOut = deaths >= DEATHS_ALLOWED;
    this.#logger.error({ model, deaths, leftOut }, 'analysis process ended in a model of the catalog');
  }

  #restartLater(): void {
    this.restarts++;
    this.#timer = setTimeout(() => void this.start(), this.#delayMs);
    this.#delayMs = Math.min(LAST_RESTART_MS, this.#delayMs * 2);
  }
}
