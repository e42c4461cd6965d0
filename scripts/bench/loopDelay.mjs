/**
 * Preloaded into the server by the bench: writes the event loop's delay over the last second, in milliseconds, one line
 * a second, to the file that BENCH_LOOP_DELAY names. Other processes, such as the server's children, ignore it.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env.BENCH_LOOP_DELAY;
if (file && process.argv[1]?.endsWith('main.js') && !process.argv[1].includes('analysis')) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  setInterval(() => {
    appendFileSync(
      file,
      `${JSON.stringify({ at: Date.now(), p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 })}\n`,
    );
    delay.reset();
  }, 1000).unref();
}
