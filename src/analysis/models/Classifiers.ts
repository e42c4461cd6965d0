import { performance } from 'node:perf_hooks';
import type { ModelSample } from '../analyzers/ModelOpinion.ts';
import type { Picture } from '../decode/Picture.ts';
import type { Box } from '../faces/geometry.ts';
import type { CatalogModelState, Evidence } from '../protocol.ts';
import type { Stream } from '../Stream.ts';
import type { CatalogEntry } from './catalogEntry.ts';
import { Classifier } from './Classifier.ts';

/** Models look at one face once in so long at most: they are worth little, and cost as much as everything else. */
const EVERY_MS = 4500;
/** A model that fails so often in a row is not used any more until the catalog changes. */
const FAILURES_ALLOWED = 3;

interface Entry {
  classifier: Classifier;
  failuresInARow: number;
  runs: number;
  totalMs: number;
}

/**
 * The models of the catalog in use. They are foreign: each is named before it is run, so that the parent knows which one
 * this process hangs or dies in, and one that gives nonsense is left out. None of them ever holds up a start.
 */
export class Classifiers {
  #entries: Entry[] = [];
  #loading: Promise<void> = Promise.resolve();
  /** Told before and after foreign code runs, and what became of a model. */
  onState: (state: CatalogModelState) => void = () => undefined;

  /** Model name -> version, of those in use. */
  get versions(): Record<string, string> {
    return Object.fromEntries(this.#entries.map(({ classifier }) => [classifier.entry.name, classifier.version]));
  }

  /** Replaces the models in use, one load after the other. A model that cannot be used is told and left out. */
  async load(folder: string, catalog: readonly CatalogEntry[]): Promise<void> {
    this.#loading = this.#loading.then(() => this.#replace(folder, catalog));
    return this.#loading;
  }

  async #replace(folder: string, catalog: readonly CatalogEntry[]): Promise<void> {
    const loaded: Entry[] = [];
    for (const entry of catalog) {
      const state = await this.#try(folder, entry, loaded);
      this.onState(state);
    }
    this.#entries = loaded;
  }

  async #try(folder: string, entry: CatalogEntry, loaded: Entry[]): Promise<CatalogModelState> {
    const { name } = entry;
    this.onState({ name, phase: 'running', error: null, meanMs: null });
    try {
      const classifier = await Classifier.load(folder, entry);
      loaded.push({ classifier, failuresInARow: 0, runs: 1, totalMs: classifier.warmMs });
      return { name, phase: 'ready', error: null, meanMs: classifier.warmMs };
    } catch (error) {
      return { name, phase: 'refused', error: String(error).slice(0, 500), meanMs: null };
    }
  }

  /** What the models say of a face; nothing when it is not their turn. Never throws for what a model does. */
  async judge(
    stream: Stream,
    atMs: number,
    picture: Picture,
    main: { mesh: { box: Box }; quality: { quality: number } },
  ): Promise<Evidence[]> {
    if (this.#entries.length === 0 || atMs - stream.classifiedAtMs < EVERY_MS) return [];
    stream.classifiedAtMs = atMs;
    const samples = { image_model: [] as ModelSample[], presentation_attack: [] as ModelSample[] };
    for (const entry of [...this.#entries]) {
      const fake = await this.#run(entry, picture, main.mesh.box);
      const { name, analyzer, calibration } = entry.classifier.entry;
      if (fake !== null) samples[analyzer].push({ model: name, fake, calibration });
    }
    return (['image_model', 'presentation_attack'] as const).flatMap((analyzer) =>
      samples[analyzer].length > 0
        ? [stream.opinions[analyzer].push(atMs, samples[analyzer], main.quality.quality)]
        : [],
    );
  }

  async #run(entry: Entry, picture: Picture, face: Box): Promise<number | null> {
    const { name } = entry.classifier.entry;
    const startedAtMs = performance.now();
    this.onState({ name, phase: 'running', error: null, meanMs: null });
    try {
      const fake = await entry.classifier.classify(picture, face);
      entry.runs++;
      entry.totalMs += performance.now() - startedAtMs;
      entry.failuresInARow = 0;
      this.onState({ name, phase: 'ready', error: null, meanMs: entry.totalMs / entry.runs });
      return fake;
    } catch (error) {
      const givenUp = ++entry.failuresInARow >= FAILURES_ALLOWED;
      if (givenUp) this.#entries = this.#entries.filter((other) => other !== entry);
      const phase = givenUp ? 'refused' : 'ready';
      this.onState({ name, phase, error: String(error).slice(0, 500), meanMs: null });
      return null;
    }
  }
}
