import { readHeads } from '../calls/PolicyHeads.ts';
import { chain, type ChainedEntry } from '../calls/policyChain.ts';
import { checkHeads, firstFault, type LogFault } from '../calls/signedHeads.ts';
import { Database } from '../db/Database.ts';
import { PostgresPolicyStore, type KeptBasis } from '../db/PolicyStore.ts';
import { createLogger } from '../logger.ts';
import { basisDigest } from '../verdictLog.ts';
import { runCommand, withDatabaseUrl } from './command.ts';

const usage = `usage: npm run verify-log

Checks the log of verdicts and actions of every call: that no entry was changed, taken out, exchanged or put in, that none
is missing at the end, that all are as they were signed (policy-heads.jsonl and policy-key.pub.pem in DATA_DIR), and that
what assessments were computed from is what their verdicts say. Names the first bad entry of each call; exit code 1 if
there is one. The server may run or not. Copy policy-heads.jsonl elsewhere now and then: who can write to DATA_DIR has the key.`;

const words: Record<LogFault['what'], string> = {
  changed: 'was changed, put in, or is not in its place',
  missing: 'is missing',
  'not signed': 'was never signed: it was put in, or the server was killed in that very moment',
  'other than signed': 'is another one than was signed: the log was rewritten from here',
  'heads file': 'in policy-heads.jsonl was changed, or a line before it is missing',
};

runCommand(usage, async (_args, config) => {
  await withDatabaseUrl(config, async (url) => {
    const database = await Database.open({ ...config.database, url, logger: createLogger('silent') });
    try {
      const store = new PostgresPolicyStore(database, chain);
      const { lines, publicKey } = await readHeads(config.dataDir);
      const { heads, faults } = checkHeads(lines, publicKey);
      const counts = { calls: 0, entries: 0, bases: 0 };
      for (const callId of new Set([...(await store.callIds()), ...heads.keys()])) {
        const entries = await store.entries(callId);
        const bases = await store.bases(callId);
        counts.calls++;
        counts.entries += entries.length;
        counts.bases += bases.length;
        const fault = firstFault(entries, heads.get(callId) ?? new Map()) ?? changedBasis(entries, bases);
        if (fault) faults.push({ callId, ...fault });
      }
      for (const fault of faults) console.log(sentenceOf(fault));
      const all = `${counts.calls} calls, ${counts.entries} entries, ${lines.length} signatures, ${counts.bases} bases`;
      console.log(faults.length === 0 ? `${all}: all are as they were written.` : `${all}: ${faults.length} faults.`);
      if (faults.length > 0) process.exitCode = 1;
    } finally {
      await database.close();
    }
  });
});

type EntryFault = Omit<LogFault, 'callId'>;

/** A verdict whose assessment is still kept, but was computed from something else than the verdict says. */
function changedBasis(entries: readonly ChainedEntry[], bases: readonly KeptBasis[]): EntryFault | null {
  const kept = Map.groupBy(bases, ({ peerId, at }) => `${peerId} ${at.getTime()}`);
  for (const { seq, action, subjectPeerId, at, details } of entries) {
    if (action !== 'assessment') continue;
    const then = kept.get(`${subjectPeerId} ${at.getTime()}`) ?? [];
    if (then.length > 0 && !then.some(({ basis }) => basisDigest(basis) === details.basis))
      return { seq, what: 'changed' };
  }
  return null;
}

function sentenceOf({ callId, seq, what }: LogFault): string {
  return what === 'heads file' ? `Line ${seq} ${words[what]}.` : `Call ${callId ?? '?'}: entry ${seq} ${words[what]}.`;
}
