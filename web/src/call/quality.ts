import type { RequestInput } from '../../../src/protocol/signaling.ts';

/** Pure reading of WebRTC statistics (W3C webrtc-stats); only what Chromium and Firefox both have is needed. */

/** Sums over all received streams at one moment. */
export interface ReceivedTotals {
  atMs: number;
  bytes: number;
  packets: number;
  lost: number;
  freezeS: number;
  rttMs: number;
}

interface StatsEntry {
  type: string;
  [key: string]: unknown;
}

export function receivedTotals(entries: Iterable<StatsEntry>, atMs: number): ReceivedTotals {
  const totals: ReceivedTotals = { atMs, bytes: 0, packets: 0, lost: 0, freezeS: 0, rttMs: 0 };
  for (const entry of entries) {
    // mediasoup's probing stream measures bandwidth; its gaps are no loss of anything.
    if (entry.type === 'inbound-rtp' && entry.mid !== 'probator') {
      totals.bytes += number(entry.bytesReceived);
      totals.packets += number(entry.packetsReceived);
      totals.lost += Math.max(0, number(entry.packetsLost));
      totals.freezeS += number(entry.totalFreezesDuration);
    }
    if (entry.type === 'candidate-pair' && entry.state === 'succeeded') {
      totals.rttMs = Math.max(totals.rttMs, number(entry.currentRoundTripTime) * 1000);
    }
  }
  return totals;
}

/** What the server is told of the time between two readings; sums that fell (a stream ended) count as nothing. */
export function qualityBetween(before: ReceivedTotals, now: ReceivedTotals): RequestInput<'reportQuality'> {
  const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
  const packets = Math.max(0, now.packets - before.packets);
  const lost = Math.max(0, now.lost - before.lost);
  return {
    bitrateBps: Math.round((Math.max(0, now.bytes - before.bytes) * 8) / seconds),
    loss: packets + lost === 0 ? 0 : lost / (packets + lost),
    rttMs: Math.min(60_000, Math.round(now.rttMs)),
    freezeS: Math.min(3600, Math.max(0, now.freezeS - before.freezeS)),
  };
}

/** Whether calls suffer: more than 5 % lost, or more than 400 ms there and back. */
export function isWeak({ loss, rttMs }: { loss: number; rttMs: number }): boolean {
  return loss > 0.05 || rttMs > 400;
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
