import assert from 'node:assert/strict';
import { basisOf } from '../../../src/assessment/basis.ts';
import { emptyLedger, remember } from '../../../src/assessment/ledger.ts';
import { fuse } from '../../../src/assessment/risk.ts';
import { PostgresAssessmentStore } from '../../../src/db/AssessmentStore.ts';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import type { Database } from '../../../src/db/Database.ts';
import { assessmentResult } from '../../support/assessments.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';
import { evidenceOf, NOW_MS } from '../../support/evidence.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';
import { runScript, type ScriptResult } from '../../support/scripts.ts';

describe('npm run explain', function () {
  this.timeout(60_000);
  let database: Database;
  let url: string;
  let callId: string;
  let id: string;

  const explain = (...args: string[]): Promise<ScriptResult> =>
    runScript(['--import', 'tsx', 'scripts/explain.ts', ...args], { DATABASE_URL: url });

  before(async () => {
    url = await testDatabaseUrl();
    database = await openTestDatabase({ url });
    const anna = await addUser(database, 'anna');
    const call = newCall(anna.id);
    await new PostgresCallStore(database).create(call);
    callId = call.id;
    const ledger = remember(emptyLedger, [
      evidenceOf('face_presence'),
      evidenceOf('stream_integrity', {
        llr: 6,
        code: 'looped',
        quality: 0.9,
        details: { lagMs: 4171, loopRepeats: 3 },
      }),
    ]);
    const fusion = fuse(ledger, NOW_MS, false);
    const result = assessmentResult(callId, anna, { ...fusion, reason: null }, NOW_MS);
    const basis = basisOf({ ledger, nowMs: NOW_MS, verified: false, reason: null, last: null, settings: 'abc' });
    await new PostgresAssessmentStore(database).saveScan({ ...result, detail: { ...result.detail, basis } });
    [{ id }] = (await database.rows<{ id: string }>('SELECT id::text FROM security_assessments')) as [{ id: string }];
  });
  after(() => database.close());

  it('lists the results of a call, and explains one as a sum that it confirms', async () => {
    const list = await explain('--call', callId);
    assert.deepEqual([list.code, list.output.split('  ')[0]], [0, id]);
    const { code, output, errors } = await explain(id);
    assert.equal(code, 0, errors);
    assert.match(output, /\+5\.4000 {2}stream_integrity test: looped, llr 6\.00 .*lagMs 4171/);
    assert.match(output, /It is confirmed\./);
  });

  it('says so when there is no such result', async () => {
    assert.equal((await explain('999999')).code, 2);
    assert.equal((await explain('--call', '00000000-0000-0000-0000-000000000000')).code, 2);
  });

  it('finds what was changed in the database', async () => {
    assert.match((await explain('--check')).output, /1 results were computed again, 0 came out otherwise/);
    await database.run(`UPDATE security_assessments SET risk = 0.05, status = 'safe'`);
    const { code, output } = await explain('--check');
    assert.equal(code, 1);
    assert.match(output, /status: stored safe, computed risk; risk: stored 0\.05, computed 0\.9/);
  });
});
