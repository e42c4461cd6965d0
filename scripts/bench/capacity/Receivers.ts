import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { types } from 'mediasoup';
import { compiled } from '../../compiled.ts';

const source = new URL('receivers.c', import.meta.url).pathname;

/** What has arrived so far, at all receivers. */
export interface Counts {
  packets: number;
  bytes: number;
  /** Gaps in the sequence numbers. */
  lost: number;
}

/** The process of `receivers.c`: WebRTC receivers that count media and drop them. */
export class Receivers {
  /** SHA-256 fingerprint of the certificate that all of them use. */
  readonly fingerprint: string;
  /** SRTP profiles that were negotiated, with how many receivers have each. */
  readonly profiles = new Map<string, number>();
  readonly #child: ChildProcess;
  readonly #counts: ((counts: Counts) => void)[] = [];
  #awaited: { up: number; resolve: (value: null) => void } | null = null;

  private constructor(child: ChildProcess, fingerprint: string) {
    this.#child = child;
    this.fingerprint = fingerprint;
  }

  /** @throws Error without a C compiler and the headers of OpenSSL (Debian: gcc, libssl-dev). */
  static async start(): Promise<Receivers> {
    const child = spawn(await compiled(source, ['ssl', 'crypto']), { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    const receivers = new Receivers(child, first.replace('fingerprint ', ''));
    lines.on('line', (line) => receivers.#read(line));
    return receivers;
  }

  /** Adds a receiver for a transport, which must know the fingerprint and be the server of DTLS. */
  add(transport: Pick<types.WebRtcTransport, 'iceParameters' | 'iceCandidates'>): void {
    const { usernameFragment, password } = transport.iceParameters;
    const candidate = transport.iceCandidates.find(({ protocol }) => protocol === 'udp');
    if (!candidate) throw new Error('the transport has no UDP candidate');
    this.#child.stdin!.write(`${candidate.address} ${candidate.port} ${usernameFragment} ${password} receiver\n`);
  }

  /** Waits until so many in all have their keys. */
  async untilUp(up: number): Promise<void> {
    if (this.#up >= up) return;
    const { promise, resolve } = Promise.withResolvers<null>();
    this.#awaited = { up, resolve };
    await promise;
  }

  async counts(): Promise<Counts> {
    const { promise, resolve } = Promise.withResolvers<Counts>();
    this.#counts.push(resolve);
    this.#child.stdin!.write('count\n');
    return promise;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await exited;
  }

  get #up(): number {
    return [...this.profiles.values()].reduce((sum, count) => sum + count, 0);
  }

  #read(line: string): void {
    const [word, ...values] = line.split(' ');
    if (word === 'up') {
      const profile = values[0] ?? '';
      this.profiles.set(profile, (this.profiles.get(profile) ?? 0) + 1);
      if (this.#awaited && this.#up >= this.#awaited.up) this.#awaited.resolve(null);
    } else if (word === 'count') {
      const [packets = NaN, bytes = NaN, lost = NaN] = values.map(Number);
      this.#counts.shift()?.({ packets, bytes, lost });
    }
  }
}
