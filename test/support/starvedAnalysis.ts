import type { FromChild, ToChild } from '../../src/analysis/protocol.ts';

/*
 * An analysis process that gets hardly any time: it finds nothing wrong in its first picture, which had waited for 900 ms,
 * and then no look comes to its turn any more, though it still answers that it lives.
 */

let nonce = '';
let looks = 0;
const send = (message: FromChild): void => void process.send?.(message);

process.on('disconnect', () => process.exit(0));

process.on('message', (message: ToChild) => {
  if (message.type === 'start') send({ type: 'ready', port: 9, receiveBufferBytes: 1, models: [] });
  if (message.type === 'openStream') nonce = message.nonce;
  if (message.type === 'ping') send({ type: 'pong', pingId: message.pingId, counters: {} });
  if (message.type === 'look' && looks++ === 0) answer(message.streamId, message.lookId);
});

function answer(streamId: number, lookId: number): void {
  const atMs = Date.now() - 900;
  const fine = { version: '1', fromMs: atMs, toMs: atMs, llr: 0, quality: 1, abstained: false, details: {} };
  const analyzers = ['stream_integrity', 'face_presence', 'identity_continuity'] as const;
  send({
    type: 'looked',
    streamId,
    nonce,
    lookId,
    atMs,
    frame: { sha256: '0'.repeat(64), bytes: 1, width: 640, height: 360, quantizerIndex: 1 },
    evidence: analyzers.map((analyzer) => ({ analyzer, code: 'ok', ...fine })),
    glimpse: null,
    durations: { decodeMs: 1, detectMs: 1, meshMs: 1, embedMs: 1, totalMs: 4 },
    modelVersions: {},
    suspicious: false,
    nextAtMs: null,
    waitedMs: 900,
  });
}
