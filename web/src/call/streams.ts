import type { MediaSource } from '../../../src/protocol/values.ts';

/** Pure reading of one stream's WebRTC statistics (W3C webrtc-stats), for people who want to see the numbers. */

export interface StatsEntry {
  id: string;
  type: string;
  [key: string]: unknown;
}

/** One producer or consumer with its statistics at one moment. */
export interface StreamReport {
  id: string;
  direction: 'sent' | 'received';
  source: MediaSource;
  /** Null for own streams. */
  peerId: string | null;
  entries: readonly StatsEntry[];
}

/** Sums of one stream since it began. */
export interface StreamTotals {
  atMs: number;
  bytes: number;
  packets: number;
  lost: number;
}

/** What is shown of one stream; null where the browser does not say. */
export interface StreamLine {
  id: string;
  direction: 'sent' | 'received';
  source: MediaSource;
  peerId: string | null;
  /** Such as `VP8` or `opus`. */
  codec: string | null;
  width: number | null;
  height: number | null;
  fps: number | null;
  bitrateBps: number | null;
  /** Share of packets lost since the reading before, 0-1; of a sent stream as the server last said. */
  loss: number | null;
  rttMs: number | null;
  jitterMs: number | null;
  /** How many layers are being sent. */
  layers: number | null;
}

export function totalsOf({ direction, entries }: StreamReport, atMs: number): StreamTotals {
  const streams = entries.filter(({ type }) => type === (direction === 'sent' ? 'outbound-rtp' : 'inbound-rtp'));
  const sum = (key: string): number => streams.reduce((total, entry) => total + (number(entry[key]) ?? 0), 0);
  return direction === 'sent'
    ? { atMs, bytes: sum('bytesSent'), packets: sum('packetsSent'), lost: 0 }
    : { atMs, bytes: sum('bytesReceived'), packets: sum('packetsReceived'), lost: Math.max(0, sum('packetsLost')) };
}

/** @param before - The reading before; null: rates are not known yet. */
export function lineOf(report: StreamReport, before: StreamTotals | null, now: StreamTotals): StreamLine {
  const { id, direction, source, peerId, entries } = report;
  const main = largest(entries.filter(({ type }) => type === (direction === 'sent' ? 'outbound-rtp' : 'inbound-rtp')));
  const far = entries.filter(({ type }) => type === 'remote-inbound-rtp');
  const codec = entries.find((entry) => entry.type === 'codec' && entry.id === main?.codecId)?.mimeType;
  return {
    id,
    direction,
    source,
    peerId,
    codec: typeof codec === 'string' ? codec.replace(/^\w+\//, '') : null,
    width: number(main?.frameWidth),
    height: number(main?.frameHeight),
    fps: number(main?.framesPerSecond),
    bitrateBps: before && rate(before, now),
    loss: direction === 'sent' ? most(far, 'fractionLost') : before && lossBetween(before, now),
    rttMs: inMs(most(far, 'roundTripTime')),
    jitterMs: inMs(direction === 'sent' ? most(far, 'jitter') : number(main?.jitter)),
    layers: direction === 'sent' && source === 'camera' ? activeLayers(entries) : null,
  };
}

function rate(before: StreamTotals, now: StreamTotals): number {
  const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
  return Math.round((Math.max(0, now.bytes - before.bytes) * 8) / seconds);
}

function lossBetween(before: StreamTotals, now: StreamTotals): number {
  const lost = Math.max(0, now.lost - before.lost);
  const packets = Math.max(0, now.packets - before.packets);
  return packets + lost === 0 ? 0 : lost / (packets + lost);
}

/** The layer with the most pixels stands for a simulcast stream. */
function largest(entries: readonly StatsEntry[]): StatsEntry | undefined {
  const height = (entry: StatsEntry): number => number(entry.frameHeight) ?? 0;
  return entries.reduce<StatsEntry | undefined>((best, e) => (!best || height(e) > height(best) ? e : best), undefined);
}

function activeLayers(entries: readonly StatsEntry[]): number {
  return entries.filter(({ type, framesPerSecond }) => type === 'outbound-rtp' && (number(framesPerSecond) ?? 0) > 0)
    .length;
}

function most(entries: readonly StatsEntry[], key: string): number | null {
  const values = entries.map((entry) => number(entry[key])).filter((value) => value !== null);
  return values.length === 0 ? null : Math.max(...values);
}

function inMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** How the media travel, from a transport's statistics. */
export interface PathLine {
  rttMs: number | null;
  /** `udp` or `tcp`. */
  protocol: string | null;
  /** What the browser thinks it could send; Chromium only. */
  availableBps: number | null;
}

export function pathOf(entries: readonly StatsEntry[]): PathLine {
  const pairs = entries.filter(({ type, state }) => type === 'candidate-pair' && state === 'succeeded');
  const pair = pairs.find(({ nominated, selected }) => nominated === true || selected === true) ?? pairs[0];
  const local = entries.find(({ id }) => id === pair?.localCandidateId);
  return {
    rttMs: inMs(number(pair?.currentRoundTripTime)),
    protocol: typeof local?.protocol === 'string' ? local.protocol : null,
    availableBps: number(pair?.availableOutgoingBitrate),
  };
}
