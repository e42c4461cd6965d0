import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * A C program of the scripts, compiled once for each state of its source.
 *
 * @param libraries - As the linker names them.
 * @returns The path of the binary.
 * @throws Error without a C compiler or a library's headers.
 */
export async function compiled(source: string, libraries: readonly string[] = []): Promise<string> {
  const folder = join(process.cwd(), '.cache', 'programs');
  const print = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const binary = join(folder, `${basename(source, '.c')}-${print}`);
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    await promisify(execFile)('cc', ['-O2', '-o', binary, source, ...libraries.map((name) => `-l${name}`)]);
  }
  return binary;
}
