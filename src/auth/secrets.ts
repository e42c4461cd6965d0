import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config.ts';

/** The server's own keys. Whoever has them can sign in as anybody. */
export interface Secrets {
  /** Signs access tokens. */
  accessTokenKey: KeyObject;
  /** Derives refresh tokens from each other. */
  refreshTokenKey: KeyObject;
}

/** RFC 7518, section 3.2: a key for HS256 has at least as many bits as its hash. */
const keyBytes = 32;

const key = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length >= keyBytes);
const schema = z.strictObject({ accessTokenKey: key, refreshTokenKey: key });

/**
 * Reads `secrets.json` in the data folder; the first start makes it. Nobody but its owner can read it.
 *
 * @throws ConfigError if the file is damaged or cannot be read or written.
 */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const file = join(dataDir, 'secrets.json');
  const text = (await read(file)) ?? (await make(dataDir, file));
  let parsed: z.infer<typeof schema>;
  try {
    parsed = schema.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(
      `${file} is damaged: restore it from a backup, or delete it to make new keys (everybody then has to sign in again).`,
    );
  }
  return {
    accessTokenKey: createSecretKey(parsed.accessTokenKey),
    refreshTokenKey: createSecretKey(parsed.refreshTokenKey),
  };
}

async function read(file: string): Promise<string | null> {
  try {
    const text = await readFile(file, 'utf8');
    // A restored backup or a copy may have come with wider rights.
    await chmod(file, 0o600);
    return text;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw new ConfigError(`${file} cannot be read (${codeOf(error)}).`);
  }
}

/** Linking the finished file into place never replaces one that another process made meanwhile. */
async function make(dataDir: string, file: string): Promise<string> {
  const fresh = (): string => randomBytes(keyBytes).toString('base64');
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    await writeDurably(draft, JSON.stringify({ accessTokenKey: fresh(), refreshTokenKey: fresh() }));
    await link(draft, file).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    await syncFolder(dataDir);
  } catch (error) {
    throw new ConfigError(`${file} cannot be written (${codeOf(error)}).`);
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without it a power cut may forget the file's name. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

function hasCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}
