/**
 * Preloaded into the server by the bench: on SIGUSR2 it collects garbage and writes what it uses to the file that
 * BENCH_MEMORY names. Other processes, such as the server's children, ignore it.
 */
import { writeFileSync } from 'node:fs';

const file = process.env.BENCH_MEMORY;
if (file && process.argv[1]?.endsWith('main.js') && !process.argv[1].includes('analysis')) {
  process.on('SIGUSR2', () => {
    for (let i = 0; i < 3; i++) globalThis.gc();
    writeFileSync(file, JSON.stringify(process.memoryUsage()));
  });
}
