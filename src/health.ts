import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RouteResponse } from './protocol/rest.ts';

export interface HealthOptions {
  readiness: () => Promise<Record<string, boolean>>;
  workers: { readonly pids: readonly number[] };
  sockets: () => number;
}

const windowMs = 60_000;
const version = readVersion();

/** Reports how the server is doing; it watches the event loop's delay from now on, by the minute. */
export function createHealth(options: HealthOptions): {
  report(): Promise<RouteResponse<'adminHealth'>>;
  close(): Promise<void>;
} {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const timer = setInterval(() => delay.reset(), windowMs).unref();
  return {
    report: async () => ({
      version,
      uptime_s: Math.floor(process.uptime()),
      checks: await options.readiness(),
      memory_bytes: process.memoryUsage.rss(),
      sockets: options.sockets(),
      media_workers: options.workers.pids.length,
      event_loop_delay_ms: Math.max(0, Math.round((delay.percentile(99) || 0) / 1e4) / 100),
    }),
    close: async () => {
      clearInterval(timer);
      delay.disable();
    },
  };
}

/** The package's; `dist/` has it two folders up, the sources one. */
function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { version: text } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        version?: string;
      };
      if (text) return text;
    } catch {
      // Not here.
    }
  }
  return 'unknown';
}
