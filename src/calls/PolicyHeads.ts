import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { open, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyStore } from './PolicyLog.ts';
import type { ChainedEntry, PolicyEntry } from './policyChain.ts';
import { digestOf, signedLine, type Head } from './signedHeads.ts';

const HEADS_FILE = 'policy-heads.jsonl';
const KEY_FILE = 'policy-key.pem';
const PUBLIC_KEY_FILE = 'policy-key.pub.pem';

interface Waiting {
  head: Head;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Heads of the calls' logs outside of the database: a file in DATA_DIR to which a signed line is added for each entry.
 * Whoever can write to the database alone cannot shorten or rewrite a log unnoticed (`npm run verify-log`). Whoever can
 * write to DATA_DIR as well holds the key; against him copies of this file elsewhere help.
 */
export class PolicyHeads {
  /** There was no file before: what the logs hold so far is unsigned. */
  readonly fresh: boolean;
  readonly #file: FileHandle;
  readonly #key: KeyObject;
  #previous: string | null;
  #size: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  /** Makes the key when there is none yet. A last line that a crash cut off was never acknowledged, and goes. */
  static async open(dataDir: string): Promise<PolicyHeads> {
    const key = await loadKey(dataDir);
    const file = await open(join(dataDir, HEADS_FILE), 'a+', 0o600);
    const text = await file.readFile('utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const size = Buffer.byteLength(whole);
    if (whole !== text) await file.truncate(size);
    const last = linesOf(whole).at(-1);
    return new PolicyHeads(file, key, { size, previous: last === undefined ? null : digestOf(last) });
  }

  private constructor(file: FileHandle, key: KeyObject, { size, previous }: { size: number; previous: string | null }) {
    this.#file = file;
    this.#key = key;
    this.#size = size;
    this.#previous = previous;
    this.fresh = size === 0;
  }

  /** Signs an entry's place, and resolves when that is on the disk. Those that come together share one flush. */
  add(head: Head): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#waiting.push({ head, resolve: () => resolve(undefined), reject });
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return promise;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.#write(batch.map(({ head }) => head));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
        // A line half written would spoil the next one.
        await this.#file.truncate(this.#size).catch(() => undefined);
      }
    }
  }

  async #write(heads: readonly Head[]): Promise<void> {
    let previous = this.#previous;
    let text = '';
    for (const head of heads) {
      const line = signedLine(head, previous, this.#key);
      previous = digestOf(line);
      text += `${line}\n`;
    }
    await this.#file.appendFile(text);
    await this.#file.datasync();
    this.#previous = previous;
    this.#size += Buffer.byteLength(text);
  }
}

/** A store of policy logs whose entries are signed as they are written. */
export class SignedPolicyStore implements PolicyStore {
  readonly #store: PolicyStore;
  readonly #heads: PolicyHeads;

  constructor(store: PolicyStore, heads: PolicyHeads) {
    this.#store = store;
    this.#heads = heads;
  }

  async append(callId: string, entry: PolicyEntry): Promise<ChainedEntry> {
    const chained = await this.#store.append(callId, entry);
    await this.#heads.add(chained);
    return chained;
  }

  entries(callId: string): Promise<ChainedEntry[]> {
    return this.#store.entries(callId);
  }
}

/**
 * Reads the file of heads, and the key that made them.
 *
 * @throws When the public key is not there.
 */
export async function readHeads(dataDir: string): Promise<{ lines: string[]; publicKey: KeyObject }> {
  const text = await readFile(join(dataDir, HEADS_FILE), 'utf8').catch(() => '');
  return { lines: linesOf(text), publicKey: createPublicKey(await readFile(join(dataDir, PUBLIC_KEY_FILE))) };
}

async function loadKey(dataDir: string): Promise<KeyObject> {
  const file = join(dataDir, KEY_FILE);
  const kept = await readFile(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  const key = kept ? createPrivateKey(kept) : generateKeyPairSync('ed25519').privateKey;
  if (!kept) await writeFile(file, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  await writeFile(join(dataDir, PUBLIC_KEY_FILE), publicKey, { mode: 0o600 });
  return key;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
