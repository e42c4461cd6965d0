/** Runs in a worker, whose timers go on at full speed while the page is hidden: one empty message per picture. */
const ticksPerSecond = 30;

setInterval(() => postMessage(null), 1000 / ticksPerSecond);
