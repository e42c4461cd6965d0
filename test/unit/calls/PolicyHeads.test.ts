import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PolicyHeads, readHeads, SignedPolicyStore } from '../../../src/calls/PolicyHeads.ts';
import type { PolicyStore } from '../../../src/calls/PolicyLog.ts';
import { chain, type ChainedEntry, type PolicyEntry } from '../../../src/calls/policyChain.ts';
import { checkHeads, firstFault, type LogFault } from '../../../src/calls/signedHeads.ts';

/** A log in memory, into which a tamperer may reach. */
class MemoryStore implements PolicyStore {
  rows: ChainedEntry[] = [];

  append(callId: string, entry: PolicyEntry): Promise<ChainedEntry> {
    const chained = chain(callId, entry, this.rows.findLast((row) => row.callId === callId) ?? null);
    this.rows.push(chained);
    return Promise.resolve(chained);
  }

  entries(callId: string): Promise<ChainedEntry[]> {
    return Promise.resolve(this.rows.filter((row) => row.callId === callId));
  }
}

const entry = (action: string): PolicyEntry => ({
  actionId: randomUUID(),
  at: new Date('2026-11-24T10:00:00Z'),
  kind: 'action',
  action,
  actorId: null,
  subjectPeerId: 'peer',
  subjectUserId: null,
  details: { risk: 0.95, reason: 'frozen' },
});

describe('signed heads of policy logs', () => {
  let folder: string;
  let store: MemoryStore;
  let callId: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'veritalk-heads-'));
    store = new MemoryStore();
    callId = randomUUID();
    const heads = await PolicyHeads.open(folder);
    const signed = new SignedPolicyStore(store, heads);
    await Promise.all(
      ['warn', 'pauseVideo', 'undo', 'warn', 'eject'].map((action) => signed.append(callId, entry(action))),
    );
    await signed.append(randomUUID(), entry('warn'));
    await heads.close();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function faults(): Promise<LogFault[]> {
    const { lines, publicKey } = await readHeads(folder);
    const { heads, faults: ofHeads } = checkHeads(lines, publicKey);
    const calls = new Set([...store.rows.map((row) => row.callId), ...heads.keys()]);
    const ofLogs = [...calls].flatMap((id) => {
      const fault = firstFault(
        store.rows.filter((row) => row.callId === id),
        heads.get(id) ?? new Map(),
      );
      return fault ? [{ callId: id, ...fault }] : [];
    });
    return [...ofHeads, ...ofLogs];
  }
  const rowOf = (seq: number): number => store.rows.findIndex((row) => row.callId === callId && row.seq === seq);
  /** Chains the log anew, as somebody would who knows how. */
  const rewrite = (from: PolicyEntry[]): void => {
    let last: ChainedEntry | null = null;
    const fresh = from.map((one) => (last = chain(callId, one, last)));
    store.rows = [...store.rows.filter((row) => row.callId !== callId), ...fresh];
  };

  it('finds nothing in a log that was left alone, across a restart', async () => {
    const heads = await PolicyHeads.open(folder);
    await new SignedPolicyStore(store, heads).append(callId, entry('warn'));
    await heads.close();
    assert.deepEqual(await faults(), []);
  });

  const tampering: Record<string, { tamper: () => void; seq: number; what: LogFault['what'] }> = {
    'a changed entry': {
      tamper: () => (store.rows[rowOf(2)] = { ...store.rows[rowOf(2)]!, action: 'warn' }),
      seq: 2,
      what: 'changed',
    },
    'a flipped bit of a hash': { tamper: () => (store.rows[rowOf(3)]!.hash[0]! ^= 1), seq: 3, what: 'changed' },
    'a deleted entry': { tamper: () => store.rows.splice(rowOf(2), 1), seq: 2, what: 'missing' },
    'two exchanged entries': {
      tamper: () => {
        const [a, b] = [rowOf(2), rowOf(3)];
        const [first, second] = [store.rows[a]!, store.rows[b]!];
        store.rows[a] = { ...second, seq: 2 };
        store.rows[b] = { ...first, seq: 3 };
      },
      seq: 2,
      what: 'changed',
    },
    'an inserted entry': {
      tamper: () => {
        const last = store.rows[rowOf(5)]!;
        store.rows.push(chain(callId, entry('undo'), last));
      },
      seq: 6,
      what: 'not signed',
    },
    'a shortened end': { tamper: () => store.rows.splice(rowOf(5), 1), seq: 5, what: 'missing' },
    'a log that is gone': {
      tamper: () => (store.rows = store.rows.filter((r) => r.callId !== callId)),
      seq: 1,
      what: 'missing',
    },
    'a log that was rewritten as a whole': {
      tamper: () =>
        rewrite(store.rows.filter((r) => r.callId === callId).map((r) => (r.seq === 4 ? { ...r, action: 'undo' } : r))),
      seq: 4,
      what: 'other than signed',
    },
  };
  for (const [what, { tamper, seq, what: expected }] of Object.entries(tampering)) {
    it(`finds ${what}, and names the first bad entry`, async () => {
      tamper();
      assert.deepEqual(await faults(), [{ callId, seq, what: expected }]);
    });
  }

  it('finds an end that was cut off though the server has written on since', async () => {
    store.rows.splice(rowOf(4), 2);
    const heads = await PolicyHeads.open(folder);
    await new SignedPolicyStore(store, heads).append(callId, entry('warn'));
    await heads.close();
    assert.deepEqual((await faults())[0], { callId, seq: 4, what: 'other than signed' });
  });

  it('lets an entry be vouched for by the next one, when the server died between writing and signing it', async () => {
    await store.append(callId, entry('warn'));
    assert.deepEqual(await faults(), [{ callId, seq: 6, what: 'not signed' }]);
    const heads = await PolicyHeads.open(folder);
    await new SignedPolicyStore(store, heads).append(callId, entry('warn'));
    await heads.close();
    assert.deepEqual(await faults(), []);
  });

  it('goes on after a line that a crash cut off', async () => {
    await appendFile(path.join(folder, 'policy-heads.jsonl'), '{"at":"2026-');
    const heads = await PolicyHeads.open(folder);
    assert.equal(heads.fresh, false);
    await new SignedPolicyStore(store, heads).append(callId, entry('warn'));
    await heads.close();
    assert.deepEqual(await faults(), []);
  });

  it('keeps the key to its owner', async () => {
    assert.equal((await stat(path.join(folder, 'policy-key.pem'))).mode & 0o777, 0o600);
  });

  it('finds a line of the heads that was changed, taken out or put in', async () => {
    const file = path.join(folder, 'policy-heads.jsonl');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const spoiled = [
      [lines[0]!.replace(/"seq":1/, '"seq":9'), ...lines.slice(1)],
      lines.slice(1),
      [lines[0]!, lines[0]!, ...lines.slice(1)],
      [...lines.slice(0, 3), 'garbage', ...lines.slice(3)],
    ];
    for (const changed of spoiled) {
      await writeFile(file, changed.join('\n'));
      assert.equal((await faults())[0]?.what, 'heads file');
    }
  });

  it('accepts no line that somebody else signed', async () => {
    const other = await mkdtemp(path.join(tmpdir(), 'veritalk-heads-'));
    const heads = await PolicyHeads.open(other);
    await heads.add({ callId, seq: 6, hash: Buffer.alloc(32) });
    await heads.close();
    await appendFile(path.join(folder, 'policy-heads.jsonl'), await readFile(path.join(other, 'policy-heads.jsonl')));
    assert.equal((await faults())[0]?.what, 'heads file');
    await rm(other, { recursive: true });
  });
});
