import assert from 'node:assert/strict';
import type { RouteResponse } from '../../src/protocol/rest.ts';
import { agreeIfAsked, callAndAnswer, type Person } from '../support/browsers.ts';
import { enterMeeting, startMeeting } from '../support/meetings.ts';
import { usePair, type Pair } from '../support/pair.ts';
import { en } from '../../web/src/words/en.ts';

describe('the record of calls in browsers', function () {
  this.timeout(120_000);
  let pair: Pair;
  let alice: Person;
  let bob: Person;

  usePair(
    (started) => {
      pair = started;
      ({ alice, bob } = pair);
    },
    { env: { SCAN_INTERVAL_MS: '2000' } },
  );

  const rows = () => alice.page.getByTestId('history').getByTestId('history-item');

  /** Waits until looks at both pictures and both connections are in the record of the running call. */
  async function recorded(): Promise<void> {
    const { access_token } = await pair.rest<{ access_token: string }>('POST', '/auth/login', {
      body: { login: 'alice', password: 'correct horse battery' },
    });
    const get = <T>(path: string): Promise<T> => pair.rest<T>('GET', path, { token: access_token });
    const { calls } = await get<RouteResponse<'activeCalls'>>('/calls/active');
    const about = (entries: { user_id: string }[]): number => new Set(entries.map((entry) => entry.user_id)).size;
    for (let tries = 0; tries < 60; tries++) {
      const { security_timeline, quality_timeline } = await get<RouteResponse<'callDetails'>>(
        `/calls/${calls[0]?.id ?? ''}`,
      );
      if (about(security_timeline) === 2 && about(quality_timeline) === 2) return;
      await alice.page.waitForTimeout(1000);
    }
    assert.fail('nothing was recorded within a minute');
  }

  async function filter(name: string): Promise<number> {
    await alice.page.getByRole('button', { name, exact: true }).click();
    return rows().count();
  }

  it('shows a call that was held, one that was missed and a meeting, and each filter its own', async () => {
    await callAndAnswer(alice, bob);
    await recorded();
    await bob.page.getByTestId('hang-up').click();
    await alice.page.getByTestId('home').waitFor();
    await bob.page.getByTestId('start-callee').fill('alice');
    await bob.page.getByTestId('start-call').click();
    await agreeIfAsked(bob.page, 'calling');
    await alice.page.getByTestId('incoming-call').waitFor();
    await bob.page.getByTestId('hang-up').click();
    await alice.page.getByTestId('incoming-call').waitFor({ state: 'detached' });
    await enterMeeting(bob, await startMeeting(alice));
    await alice.page.getByRole('button', { name: en.call.endMenu }).click();
    await alice.page.getByRole('menuitem', { name: en.call.endForAll }).click();
    await alice.page.getByTestId('home').waitFor();
    await alice.page.getByTestId('nav-history').click();
    await rows().nth(2).waitFor();
    assert.equal(await filter(en.history.all), 3);
    assert.equal(await filter(en.history.missed), 1);
    assert.match(await rows().first().innerText(), /bob/);
    assert.equal(await filter(en.history.meetings), 1);
    assert.equal(await filter(en.history.risk), 0);
    await alice.page.getByText(en.history.noneFiltered).waitFor();
    await filter(en.history.all);
  });

  it('shows what was seen and how the connection was, as plots with a sentence each and as tables', async () => {
    await rows().last().click();
    const details = alice.page.getByTestId('call-details');
    await details.waitFor();
    const plots = details.getByRole('img');
    // Bands of two people, bitrate and loss.
    await plots.nth(3).waitFor();
    for (const label of await plots.evaluateAll((all) => all.map((plot) => plot.getAttribute('aria-label') ?? ''))) {
      assert.ok(label.length > 10, label);
    }
    for (const name of ['security', 'quality']) {
      const section = details.locator(`section[aria-labelledby="${name}"]`);
      await section.getByRole('button', { name: en.details.asTable }).click();
      const lines = section.getByRole('row');
      assert.ok((await lines.count()) >= 3, `${name}: ${await lines.count()}`);
      assert.match(await lines.nth(1).innerText(), /\d\d:\d\d:\d\d/);
      await section.getByRole('button', { name: en.details.asPlot }).click();
      assert.equal(await lines.count(), 0);
    }
  });

  it('says of the asker no number of risk, and lets the record be taken along', async () => {
    const details = alice.page.getByTestId('call-details');
    await details.locator('section[aria-labelledby="security"]').getByRole('button').first().click();
    const own = details.getByRole('row').filter({ hasText: 'alice' });
    for (const text of await own.allInnerTexts()) assert.match(text, /–\s+–$/);
    const [file] = await Promise.all([
      alice.page.waitForEvent('download'),
      details.getByRole('button', { name: en.details.export, exact: true }).click(),
    ]);
    assert.match(file.suggestedFilename(), /\.json$/);
  });

  it('has made no page complain', () => {
    assert.deepEqual([...alice.complaints, ...bob.complaints], []);
  });
});
