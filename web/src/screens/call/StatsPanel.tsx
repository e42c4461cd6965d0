import { IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LinkReport } from '../../call/media/MediaLink.ts';
import { displayName } from '../../call/people.ts';
import { lineOf, totalsOf, type StreamLine, type StreamTotals } from '../../call/streams.ts';
import { IconButton } from '../../parts/Button.tsx';
import { useCall, useCallState } from './callContext.tsx';
import styles from './StatsPanel.module.css';

const readEveryMs = 1000;
const shown = createStore<boolean>(() => false);

/** Shows the numbers, or puts them away. */
export function toggleStats(): void {
  shown.setState((now) => !now, true);
}

/** Over a corner of the stage: what each stream is made of and how it arrives. Never spoken by itself. */
export function StatsPanel() {
  const open = useStore(shown);
  return open ? <Numbers /> : null;
}

function Numbers() {
  const { t } = useTranslation();
  const reading = useReading();
  if (reading === null) return null;
  const { path, lines } = reading;
  const { rttMs, protocol, availableBps } = path;
  const facts = [
    rttMs !== null && t('stats.path', { rtt: Math.round(rttMs), protocol: protocol?.toUpperCase() ?? '?' }),
    availableBps !== null && t('stats.available', { rate: kilobits(availableBps) }),
  ].filter((fact) => fact !== false);
  return (
    <section className={styles.panel} aria-label={t('stats.title')} data-testid="stats" tabIndex={-1}>
      <header>
        <h2>{t('stats.title')}</h2>
        <IconButton label={t('action.close')} onClick={toggleStats}>
          <IconX size={18} stroke={1.8} aria-hidden />
        </IconButton>
      </header>
      <p>{facts.join(' · ')}</p>
      {lines.length === 0 ? <p>{t('stats.none')}</p> : <Table lines={lines} />}
    </section>
  );
}

function Table({ lines }: { lines: readonly StreamLine[] }) {
  const { t } = useTranslation();
  const name = useStreamName();
  const columns = ['stream', 'codec', 'size', 'fps', 'rate', 'loss', 'delay', 'jitter', 'layer'] as const;
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('stats.title')}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`stats.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row">{name(line)}</th>
              <td>{line.codec ?? dash}</td>
              <td>{line.width && line.height ? `${line.width}×${line.height}` : dash}</td>
              <td>{rounded(line.fps)}</td>
              <td>{line.bitrateBps === null ? dash : kilobits(line.bitrateBps)}</td>
              <td>{line.loss === null ? dash : `${(line.loss * 100).toFixed(1)} %`}</td>
              <td>{withUnit(line.rttMs)}</td>
              <td>{withUnit(line.jitterMs)}</td>
              <td>
                <Layer line={line} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const dash = '–';

function rounded(value: number | null): string {
  return value === null ? dash : String(Math.round(value));
}

function withUnit(ms: number | null): string {
  return ms === null ? dash : `${Math.round(ms)} ms`;
}

function kilobits(bps: number): number {
  return Math.round(bps / 1000);
}

/** Of a sent camera how many layers flow; of a received video which one the server chose. */
function Layer({ line }: { line: StreamLine }) {
  const layer = useCallState(({ tracks }) => Object.values(tracks).find((t) => t.consumerId === line.id)?.layer);
  if (line.layers !== null) return `×${line.layers}`;
  return typeof layer === 'number' ? layer + 1 : dash;
}

function useStreamName(): (line: StreamLine) => string {
  const { t } = useTranslation();
  const peers = useCallState((state) => state.peers);
  return ({ direction, peerId, source }) => {
    const peer = peers.find((p) => p.peerId === peerId);
    const who = direction === 'sent' ? t('stats.you') : peer ? displayName(peer.user) : dash;
    return `${who} · ${t(`stats.source.${source}`)}`;
  };
}

interface Reading {
  path: LinkReport['path'];
  lines: StreamLine[];
}

/** Reads once a second, what is sent first. */
function useReading(): Reading | null {
  const call = useCall();
  const [reading, setReading] = useState<Reading | null>(null);
  const totals = useRef(new Map<string, StreamTotals>());
  useEffect(() => {
    let current = true;
    const read = async (): Promise<void> => {
      const report = await call.linkReport();
      if (!current || report === null) return;
      const atMs = performance.now();
      const lines = report.streams.map((stream) => {
        const now = totalsOf(stream, atMs);
        const before = totals.current.get(stream.id) ?? null;
        totals.current.set(stream.id, now);
        return lineOf(stream, before, now);
      });
      setReading({ path: report.path, lines });
    };
    void read();
    const timer = setInterval(() => void read(), readEveryMs);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [call]);
  return reading;
}
