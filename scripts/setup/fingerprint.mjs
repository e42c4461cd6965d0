import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot, localCache } from './paths.mjs';

/**
 * A hash over names and contents of files.
 *
 * @param {string[]} inputs Files and folders of the checkout; absent ones count as absent.
 */
export function fingerprint(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesBelow(input)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(inRoot(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @returns {string[]} */
function filesBelow(relative) {
  const absolute = inRoot(relative);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [relative];
  return readdirSync(absolute).flatMap((name) => filesBelow(path.join(relative, name)));
}

/**
 * Remembers of what inputs a product was made.
 *
 * @param {string} product
 */
export function stampOf(product) {
  const file = path.join(localCache, 'stamps', product);
  return {
    /** @param {string} print */
    matches: (print) => existsSync(file) && readFileSync(file, 'utf8') === print,
    /** @param {string} print */
    write(print) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, print);
    },
  };
}
