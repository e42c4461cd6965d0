import { EventEmitter } from 'node:events';
import { readFileSync, unwatchFile, watchFile, type StatsListener } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { catalogEntries, type CatalogEntry } from './analysis/models/catalogEntry.ts';
import type { Logger } from './logger.ts';

const CHECK_EVERY_MS = 2000;

/** Where the files of the catalog are. */
export function modelFolder(dataDir: string): string {
  return path.join(dataDir, 'models');
}

/** @throws When the file cannot be read, or an entry is wrong: the message names it. */
export function readCatalog(file: string): CatalogEntry[] {
  const parsed = catalogEntries.safeParse(parse(readFileSync(file, 'utf8')) ?? []);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${path.basename(file)}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is wrong'}`);
}

/** The catalog of models, read anew when its file changes. A wrong file changes nothing, and is told in the log. */
export class ModelCatalog extends EventEmitter<{ change: [CatalogEntry[]] }> {
  readonly #file: string;
  readonly #logger: Logger;
  readonly #listener: StatsListener;
  #entries: CatalogEntry[];
  #closed = false;

  constructor(file: string, logger: Logger) {
    super();
    this.#file = file;
    this.#logger = logger;
    this.#entries = this.#read() ?? [];
    this.#listener = () => this.#reload();
    // By polling: editors replace files, and not every file system tells.
    watchFile(file, { interval: CHECK_EVERY_MS, persistent: false }, this.#listener);
  }

  /** Those that are to be used. */
  get entries(): CatalogEntry[] {
    return this.#entries.filter(({ enabled }) => enabled);
  }

  /** Idempotent. */
  close(): Promise<void> {
    if (!this.#closed) unwatchFile(this.#file, this.#listener);
    this.#closed = true;
    return Promise.resolve();
  }

  #reload(): void {
    const entries = this.#read();
    if (!entries) return;
    this.#entries = entries;
    this.#logger.info({ models: this.entries.map(({ name }) => name) }, 'catalog of models was read anew');
    this.emit('change', this.entries);
  }

  #read(): CatalogEntry[] | null {
    try {
      return readCatalog(this.#file);
    } catch (error) {
      this.#logger.error({ err: error }, 'catalog of models cannot be used');
      return null;
    }
  }
}
