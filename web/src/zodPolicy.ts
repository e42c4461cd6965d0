import { config } from 'zod';

/**
 * Imported before everything else: zod tries, when the first schema is made, whether it may turn strings into code. It
 * may not, by the page's policy, and Firefox reports the try as a breach.
 */
config({ jitless: true });
