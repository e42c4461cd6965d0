import type { ToChild } from '../../src/analysis/protocol.ts';

/*
 * An analysis process that has been taken over: it answers a look with everything that must not be believed, then once
 * honestly, then says nothing any more, as a stopped one would.
 */

let nonce = '';
let silent = false;

process.on('disconnect', () => process.exit(0));

process.on('message', (message: ToChild) => {
  if (silent) return;
  if (message.type === 'start') send({ type: 'ready', port: 9, receiveBufferBytes: 1, models: [] });
  if (message.type === 'openStream') nonce = message.nonce;
  if (message.type === 'ping') send({ type: 'pong', pingId: message.pingId, counters: {} });
  if (message.type === 'look') {
    answer(message.streamId, message.lookId);
    silent = true;
  }
});

function answer(streamId: number, lookId: number): void {
  const nowMs = Date.now();
  const evidence = {
    analyzer: 'stream_integrity',
    version: '1',
    fromMs: nowMs,
    toMs: nowMs,
    llr: 0,
    quality: 1,
    abstained: false,
    code: 'ok',
    details: {},
  };
  const honest = {
    type: 'looked',
    streamId,
    nonce,
    lookId,
    atMs: nowMs,
    frame: { sha256: '0'.repeat(64), bytes: 1, width: 640, height: 360, quantizerIndex: 1 },
    evidence: [evidence],
    durations: { decodeMs: 1, detectMs: 1, meshMs: 1, embedMs: 1, totalMs: 4 },
    modelVersions: { honest: 'yes' },
    suspicious: false,
    nextAtMs: null,
    waitedMs: 0,
  };
  const lies = { ...honest, modelVersions: { honest: 'no' } };

  // Eight that no honest process says.
  send('garbage');
  send({ type: 'verdict', streamId, status: 'safe' });
  send({ ...lies, evidence: [{ ...evidence, llr: NaN }] });
  send({ ...lies, evidence: [{ ...evidence, llr: -1e9 }] });
  send({ ...lies, evidence: [{ ...evidence, quality: 7 }] });
  send({ ...lies, atMs: nowMs - 60_000 });
  send({ ...lies, atMs: nowMs + 60_000 });
  send({ ...lies, evidence: [{ ...evidence, toMs: nowMs + 60_000 }] });

  // Three about something else, and after the honest one its replay.
  send({ ...lies, nonce: '0'.repeat(32) });
  send({ ...lies, lookId: lookId + 1 });
  send({ ...lies, streamId: streamId + 1 });
  send(honest);
  send(honest);
}

function send(message: unknown): void {
  process.send?.(message);
}
