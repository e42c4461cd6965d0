import assert from 'node:assert/strict';
import { once } from 'node:events';
import { NetworkProbes, type ProbeRequest } from '../../../src/media/NetworkProbes.ts';
import type { WorkerPool } from '../../../src/media/WorkerPool.ts';
import { dtlsParameters, testPool } from '../../support/webrtc.ts';

describe('transports for the network test', () => {
  let pool: WorkerPool;
  let probes: NetworkProbes;

  before(async () => {
    pool = await testPool();
  });
  after(() => pool.close());
  beforeEach(() => {
    probes = new NetworkProbes(pool);
  });
  afterEach(() => probes.close());

  let ssrc = 1;
  const request = (userId: string, protocol: 'udp' | 'tcp' = 'udp'): ProbeRequest => ({
    userId,
    protocol,
    fingerprint: dtlsParameters().fingerprints[0]!.value,
    ssrc: ssrc++,
    payloadType: 96,
  });

  async function routers(): Promise<number> {
    const { worker } = await pool.worker(0);
    return (await worker.dump()).routerIds.length;
  }

  it('offer the asked protocol alone, at the address that clients are told', async () => {
    for (const protocol of ['udp', 'tcp'] as const) {
      const { iceCandidates, lastsS } = await probes.open(request('ann', protocol));
      assert.deepEqual(
        iceCandidates.map((c) => [c.protocol, c.address, c.port]),
        [[protocol, '127.0.0.1', probes.paths[0]?.firstPort]],
      );
      assert.equal(lastsS, 12);
    }
  });

  it('are one for each user and protocol, and leave nothing behind', async () => {
    await probes.open(request('ann'));
    await probes.open(request('ann'));
    await probes.open(request('ann', 'tcp'));
    await probes.open(request('bob'));
    assert.equal(probes.size, 3);
    assert.equal(await routers(), 3);
    await probes.close();
    assert.equal(probes.size, 0);
    assert.equal(await routers(), 0);
  });

  it('are refused after twelve in a minute', async () => {
    for (let i = 0; i < 12; i++) await probes.open(request('ann'));
    await assert.rejects(probes.open(request('ann')), { code: 'RATE_LIMITED' });
    await probes.open(request('bob'));
  });

  it('are refused when forty are open', async () => {
    for (let i = 0; i < 40; i++) await probes.open(request(`user ${String(i)}`));
    await assert.rejects(probes.open(request('ann')), { code: 'CAPACITY' });
    await probes.open(request('user 0'));
  });

  it('go with their worker', async () => {
    await probes.open(request('ann'));
    const { worker } = await pool.worker(0);
    const died = once(pool, 'workerReplaced');
    process.kill(worker.pid, 'SIGKILL');
    await died;
    await probes.open(request('ann'));
    assert.equal(await routers(), 1);
  });
});
