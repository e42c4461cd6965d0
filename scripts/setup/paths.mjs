import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** @param {...string} parts Path inside the checkout. */
export const inRoot = (...parts) => path.join(root, ...parts);

/** What setup makes and can make again; inside the checkout, ignored by git. */
export const localCache = inRoot('.cache');

/** What outlives a checkout: the worker takes a minute to build and depends on the machine only. */
export const machineCache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'veritalk');

/** Where mediasoup looks for its worker when MEDIASOUP_WORKER_BIN is not set. */
export const defaultWorkerBin = inRoot('node_modules/mediasoup/worker/out/Release/mediasoup-worker');
