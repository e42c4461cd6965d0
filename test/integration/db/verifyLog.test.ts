import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PolicyHeads, SignedPolicyStore } from '../../../src/calls/PolicyHeads.ts';
import { chain } from '../../../src/calls/policyChain.ts';
import { PolicyLog } from '../../../src/calls/PolicyLog.ts';
import { PostgresAssessmentStore } from '../../../src/db/AssessmentStore.ts';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import type { Database } from '../../../src/db/Database.ts';
import { PostgresPolicyStore } from '../../../src/db/PolicyStore.ts';
import { VerdictLog } from '../../../src/verdictLog.ts';
import { assessmentResult } from '../../support/assessments.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';
import { noOutbox } from '../../support/policy.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';
import { silent } from '../../support/webrtc.ts';

const root = new URL('../../..', import.meta.url).pathname;

describe('npm run verify-log', function () {
  this.timeout(60_000);
  let database: Database;
  let url: string;
  let dataDir: string;
  let callId: string;

  before(async () => {
    url = await testDatabaseUrl();
    database = await openTestDatabase({ url });
    dataDir = await mkdtemp(join(tmpdir(), 'veritalk-verify-'));
    const ann = await addUser(database, 'ann');
    const call = newCall(ann.id);
    callId = call.id;
    await new PostgresCallStore(database).create(call);
    const heads = await PolicyHeads.open(dataDir);
    const store = new SignedPolicyStore(new PostgresPolicyStore(database, chain), heads);
    const verdicts = new VerdictLog(new PolicyLog({ store, outbox: noOutbox, logger: silent }), silent);
    const assessments = new PostgresAssessmentStore(database);
    const statuses = ['undetermined', 'safe', 'safe', 'risk'] as const;
    for (const [i, status] of statuses.entries()) {
      const result = assessmentResult(callId, ann, { status, risk: 0.1 * i, confidence: 0.6 }, 1_800_000_000_000 + i);
      await assessments.saveScan(result);
      verdicts.noteAssessment(result);
    }
    await verdicts.close();
    await heads.close();
  });
  after(async () => {
    await database.close();
    await rm(dataDir, { recursive: true });
  });

  async function verify(): Promise<{ code: number; out: string }> {
    const env = { ...process.env, NODE_ENV: 'test', DATABASE_URL: url, DATA_DIR: dataDir };
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/commands/verifyLog.ts'], {
      cwd: root,
      env,
    });
    return run.then(
      ({ stdout }) => ({ code: 0, out: stdout }),
      (error: unknown) => {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { code, out: stdout + stderr };
      },
    );
  }

  it('confirms verdicts that were left alone, one for each change', async () => {
    const { code, out } = await verify();
    assert.equal(code, 0, out);
    assert.match(out, /1 calls, 3 entries, 3 signatures, 4 bases: all are as they were written/);
  });

  it('names a verdict whose assessment was computed from something else', async () => {
    const doctor = (seed: string): Promise<number> =>
      database.run(
        `UPDATE security_assessments SET basis = jsonb_set(basis, '{settings}', to_jsonb($1::text)) WHERE status = 'risk'`,
        [seed],
      );
    await doctor('others');
    const { code, out } = await verify();
    await doctor('');
    assert.equal(code, 1);
    assert.match(out, new RegExp(`Call ${callId}: entry 3 was changed`));
  });

  it('names the first entry that was cut off in the database, whose owner can do everything there', async () => {
    await database.run('ALTER TABLE policy_actions DISABLE TRIGGER policy_actions_append_only');
    await database.run('DELETE FROM policy_actions WHERE seq >= 2');
    await database.run('ALTER TABLE policy_actions ENABLE TRIGGER policy_actions_append_only');
    const { code, out } = await verify();
    assert.equal(code, 1);
    assert.match(out, new RegExp(`Call ${callId}: entry 2 is missing`));
  });
});
