import { agreeIfAsked, launchBrowser, registerPerson, type Person } from '../../test/support/browsers.ts';
import { ServerProcess } from '../../test/support/serverProcess.ts';
import { movingCamera } from './camera.ts';
import { clickedAt, firstFrameAt, addHooks, watchFirstFrame } from './firstFrame.ts';
import { median, percentile, type Row } from './statistics.ts';

const rounds = 15;
/** Ringing, as long as it takes a page to make its media ready. */
const prepareMs = 2500;

/** From the click on "answer" to the first frame of the other side, on both pages, over loopback. */
export async function measureJoins(): Promise<Row[]> {
  const server = await ServerProcess.start({ env: { WORKERS: '1' } });
  const camera = await movingCamera();
  const browsers = await Promise.all([launchBrowser({ camera }), launchBrowser({ camera })]);
  try {
    const [caller, callee] = await Promise.all([
      registerPerson(browsers[0], server.url, 'caller', { prepare: addHooks }),
      registerPerson(browsers[1], server.url, 'callee', { prepare: addHooks }),
    ]);
    const inward: number[] = [];
    const outward: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const [seen, shown] = await oneCall(caller, callee);
      // The first call asks for consent and warms both browsers up.
      if (round === 0) continue;
      inward.push(seen);
      outward.push(shown);
    }
    const both = inward.map((ms, i) => Math.max(ms, outward[i] ?? ms));
    return [
      row('answer click to first remote frame, own page', inward),
      row('answer click to first frame at the caller', outward),
      row('answer click to both', both),
    ];
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await server.stop();
  }
}

function row(measured: string, values: readonly number[]): Row {
  const value = `median ${median(values).toFixed(0)} ms, p95 ${percentile(values, 0.95).toFixed(0)} ms`;
  return { measured, aim: '<= 60 ms', value, n: values.length };
}

async function oneCall(caller: Person, callee: Person): Promise<[number, number]> {
  await caller.page.getByTestId('start-callee').fill(callee.name);
  await caller.page.getByTestId('start-call').click();
  await agreeIfAsked(caller.page, 'calling');
  const accept = callee.page.getByTestId('incoming-accept');
  await accept.waitFor();
  await callee.page.waitForTimeout(prepareMs);
  await Promise.all([watchFirstFrame(caller.page), watchFirstFrame(callee.page)]);
  await accept.click();
  await agreeIfAsked(callee.page, 'call');
  const [seenAt, shownAt] = await Promise.all([firstFrameAt(callee.page), firstFrameAt(caller.page)]);
  const startedAt = await clickedAt(callee.page);
  await callee.page.getByTestId('hang-up').click();
  await Promise.all([caller, callee].map(({ page }) => page.getByTestId('home').waitFor()));
  return [seenAt - startedAt, shownAt - startedAt];
}
