import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { processState } from '../../../src/assessment/processState.ts';

describe('processState', () => {
  it('tells a process that wants the CPU from one that is stopped and from one that has gone', async () => {
    const busy = spawn(process.execPath, ['-e', 'console.log(1); for (;;);'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(busy.stdout, 'data');
    const pid = busy.pid ?? 0;
    const first = processState(pid);
    assert.equal(first?.runnable, true);
    const untilMs = Date.now() + 5000;
    while ((processState(pid)?.cpuMs ?? 0) < first.cpuMs + 50) assert.ok(Date.now() < untilMs);
    busy.kill('SIGSTOP');
    while (processState(pid)?.runnable) assert.ok(Date.now() < untilMs);
    busy.kill('SIGKILL');
    await once(busy, 'exit');
    assert.equal(processState(pid), null);
  });
});
