import type { Page } from 'playwright-core';

/** Waits until the page plays sound of somebody else: the level of a remote audio track is above silence. */
export async function hears(page: Page, timeoutMs = 15_000): Promise<void> {
  await page.waitForFunction(
    async () => {
      const tracks = [...document.querySelectorAll<HTMLMediaElement>('audio, [data-self="false"] video')].flatMap(
        (m) => (m.srcObject instanceof MediaStream && !m.muted ? m.srcObject.getAudioTracks() : []),
      );
      const track = tracks.find((t) => t.readyState === 'live');
      if (!track) return false;
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let loudest = 0;
      // The fake microphone beeps once a second.
      for (let i = 0; i < 60 && loudest < 0.001; i++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
      }
      await context.close();
      return loudest >= 0.001;
    },
    undefined,
    { timeout: timeoutMs, polling: 300 },
  );
}
