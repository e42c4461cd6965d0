import { config } from 'zod/v4';

/**
 * Stands for `zod` in the page (vite.config.ts), so that this comes before the first schema in whatever order chunks
 * are loaded: zod tries then whether it may turn strings into code. It may not, by the page's policy, and browsers
 * report the try as a breach.
 */
config({ jitless: true });

export * from 'zod/v4';
export { default as z } from 'zod/v4';
