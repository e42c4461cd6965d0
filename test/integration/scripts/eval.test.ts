import assert from 'node:assert/strict';
import { castOf } from '../../../scripts/eval/cast.ts';
import { reportOf } from '../../../scripts/eval/report.ts';
import { alarmTimes, watchings } from '../../../scripts/eval/results.ts';
import { perform } from '../../../scripts/eval/run.ts';
import { mediaDir } from '../../support/TestMonitor.ts';

describe(mediaDir ? 'npm run eval' : 'npm run eval (with a pattern: ../shared/media is absent)', function () {
  this.timeout(90_000);

  it('finds attacks, and nothing in a genuine person, through a mediasoup worker', async () => {
    const roles = await castOf({ clips: [], generatedS: 30, quick: true });
    const run = await perform(roles, { parallel: 8, say: () => undefined });
    const frozen = run.performances.find(({ kind }) => kind === 'frozen');
    const [foundAtS] = alarmTimes(frozen?.looks ?? [], 'stream_integrity');
    assert.ok(foundAtS !== undefined && foundAtS < 20);
    for (const { alarms } of watchings(run.performances)) assert.ok(Object.values(alarms).every((n) => n === 0));
    const { markdown, plots } = reportOf(run, { at: new Date(0), media: mediaDir !== null, command: 'npm run eval' });
    assert.match(markdown, /\| frozen +\| 1 /);
    assert.ok(Object.values(plots).every((svg) => svg.startsWith('<svg') && !svg.includes('NaN')));
  });
});
