/** Runs inside the page, before its own scripts: remembers the last click, and on `benchWatch()` looks for a first frame. */
addEventListener(
  'click',
  (event) => {
    window.benchClickedAt = performance.timeOrigin + event.timeStamp;
  },
  { capture: true },
);

window.benchWatch = () => {
  const { promise, resolve, reject } = Promise.withResolvers();
  setTimeout(() => reject(new Error('no first frame within 15 s')), 15_000);
  window.benchFirstFrame = promise;
  const seen = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll('[data-testid="tile"][data-self="false"] video')) {
      if (seen.has(video)) continue;
      seen.add(video);
      video.requestVideoFrameCallback((now) => {
        observer.disconnect();
        resolve(performance.timeOrigin + now);
      });
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.documentElement, { childList: true, subtree: true });
  look();
};
