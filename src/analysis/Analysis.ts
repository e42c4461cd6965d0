import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { assertUnreachable } from '../errors.ts';
import { IdentityContinuity } from './analyzers/IdentityContinuity.ts';
import { FrameInspector } from './FrameInspector.ts';
import type { FromChild, ToChild } from './protocol.ts';
import { parseRtpPacket } from './rtp/RtpPacket.ts';
import { keyOf, Stream, type Look } from './Stream.ts';

/** Asked of the kernel, which gives what it may (net.core.rmem_max); a key frame of 1 MiB arrives in one burst. */
const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
const EXPIRE_EVERY_MS = 100;

/**
 * The program of an analysis child: RTP comes in on a UDP socket of its own, requests and answers go over the given
 * channel. One key frame at a time is looked at; each stream has one place to wait in, where the newest frame wins.
 */
export class Analysis {
  readonly #inspector: FrameInspector;
  readonly #send: (message: FromChild) => void;
  readonly #streams = new Map<number, Stream>();
  readonly #byKey = new Map<string, Stream>();
  readonly #identities = new Map<number, IdentityContinuity>();
  /** When a group's last frame was taken up, counted in frames. */
  readonly #servedAt = new Map<number, number>();
  /** Runs while somebody waits for a key frame. */
  #expiry: NodeJS.Timeout | null = null;
  #served = 0;
  #busy = false;
  readonly #counters = {
    packets: 0,
    foreign: 0,
    malformed: 0,
    replaced: 0,
    looked: 0,
    unreadable: 0,
    lost: 0,
  };

  static async create(modelsDir: string, send: (message: FromChild) => void): Promise<Analysis> {
    const inspector = await FrameInspector.create(modelsDir);
    const socket = createSocket({ type: 'udp4' });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // Some kernels refuse instead of giving less; the default serves ordinary key frames.
    }
    return new Analysis(socket, inspector, send);
  }

  private constructor(socket: Socket, inspector: FrameInspector, send: (message: FromChild) => void) {
    this.#inspector = inspector;
    this.#send = send;
    socket.on('message', (datagram, remote) => this.#receive(datagram, remote));
    inspector.classifiers.onState = (state) => send({ type: 'model', ...state });
    send({
      type: 'ready',
      port: socket.address().port,
      receiveBufferBytes: socket.getRecvBufferSize(),
      models: [...inspector.models],
    });
  }

  handle(message: Exclude<ToChild, { type: 'start' }>): void {
    switch (message.type) {
      case 'openStream':
        return this.#open(message);
      case 'closeStream':
        return this.#close(message.streamId);
      case 'forgetSubject':
        // A stream that is open goes on with what it holds, and learns anew.
        this.#identities.get(message.subjectId)?.forget();
        this.#identities.delete(message.subjectId);
        return;
      case 'look':
        return this.#look(message);
      case 'loadModels':
        void this.#inspector.classifiers.load(message.folder, message.catalog);
        return;
      case 'ping':
        return this.#send({ type: 'pong', pingId: message.pingId, counters: { ...this.#counters } });
      default:
        assertUnreachable(message);
    }
  }

  #open(options: Extract<ToChild, { type: 'openStream' }>): void {
    this.#close(options.streamId);
    let identity = this.#identities.get(options.subjectId);
    if (identity) identity.changeTrack();
    else this.#identities.set(options.subjectId, (identity = new IdentityContinuity()));
    const stream = new Stream(options, identity);
    this.#streams.set(stream.id, stream);
    this.#byKey.set(stream.key, stream);
  }

  #close(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (!stream) return;
    stream.close();
    this.#streams.delete(streamId);
    if (this.#byKey.get(stream.key) === stream) this.#byKey.delete(stream.key);
    const groupLives = [...this.#streams.values()].some((other) => other.groupId === stream.groupId);
    if (!groupLives) this.#servedAt.delete(stream.groupId);
  }

  #look(request: Extract<ToChild, { type: 'look' }>): void {
    const stream = this.#streams.get(request.streamId);
    if (!stream) return;
    this.#giveUp(stream);
    const timer = setTimeout(() => this.#giveUp(stream), request.deadlineMs);
    stream.assembler.clear();
    const { lookId, glimpse } = request;
    stream.look = { lookId, glimpse, timer, packets: 0, keyFramesLost: 0 };
    this.#expiry ??= setInterval(() => this.#expire(), EXPIRE_EVERY_MS);
  }

  #giveUp(stream: Stream): void {
    // A frame that already waits for its turn will be looked at, late as it is.
    if (stream.waiting) return;
    const look = stream.takeLook();
    if (!look) return;
    const { packets, keyFramesLost } = look;
    this.#send({ type: 'nothing', ...answerTo(stream, look), packets, keyFramesLost });
  }

  #receive(datagram: Buffer, remote: RemoteInfo): void {
    this.#counters.packets++;
    const packet = parseRtpPacket(datagram);
    if (!packet) {
      this.#counters.malformed++;
      return;
    }
    const stream = this.#byKey.get(keyOf(remote.address, remote.port, packet.ssrc));
    if (stream?.payloadType !== packet.payloadType) {
      this.#counters.foreign++;
      return;
    }
    const { look } = stream;
    if (!look) return;
    look.packets++;
    const result = stream.assembler.push(packet, performance.now());
    if (result === null) return;
    if (result === 'too_large') return this.#refuse(stream, result);
    if (stream.waiting) this.#counters.replaced++;
    stream.waiting = { data: result.data, atMs: Date.now() };
    void this.#work();
  }

  #refuse(stream: Stream, reason: 'too_large'): void {
    const look = stream.takeLook();
    if (!look) return;
    this.#counters.unreadable++;
    this.#send({ type: 'unreadable', ...answerTo(stream, look), reason });
  }

  #expire(): void {
    const nowMs = performance.now();
    const awaited = [...this.#streams.values()].some(({ look }) => look);
    if (!awaited && this.#expiry) {
      clearInterval(this.#expiry);
      this.#expiry = null;
    }
    for (const stream of this.#streams.values()) {
      const lost = stream.assembler.expire(nowMs);
      if (lost === 0) continue;
      this.#counters.lost += lost;
      const { look } = stream;
      if (!look || stream.waiting) continue;
      look.keyFramesLost += lost;
      this.#send({ type: 'keyFrameLost', ...answerTo(stream, look) });
    }
  }

  /**
   * Looks at waiting frames, one after the other, until there are none. Nothing that a sender can send makes it throw;
   * if something of ours does, the process ends by it, and its parent starts another and knows whose frame it was.
   */
  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let stream = this.#next(); stream; stream = this.#next()) await this.#inspect(stream);
    this.#busy = false;
  }

  /** The stream whose group has waited longest for its turn, and of that group the one that has. */
  #next(): Stream | null {
    let best: Stream | null = null;
    for (const stream of this.#streams.values()) {
      if (stream.waiting && (!best || this.#comesBefore(stream, best))) best = stream;
    }
    return best;
  }

  #comesBefore(a: Stream, b: Stream): boolean {
    const servedAt = ({ groupId }: Stream): number => this.#servedAt.get(groupId) ?? 0;
    return servedAt(a) < servedAt(b) || (servedAt(a) === servedAt(b) && a.servedAt < b.servedAt);
  }

  async #inspect(stream: Stream): Promise<void> {
    const frame = stream.waiting;
    stream.waiting = null;
    const look = stream.takeLook();
    stream.servedAt = ++this.#served;
    this.#servedAt.set(stream.groupId, stream.servedAt);
    if (!frame || !look) return;
    const answer = answerTo(stream, look);
    this.#send({ type: 'taken', ...answer });
    const waitedMs = Math.max(0, Date.now() - frame.atMs);
    const inspection = await this.#inspector.inspect(stream, frame, look.glimpse);
    if (stream.closed) return;
    if (typeof inspection === 'string') {
      this.#counters.unreadable++;
      this.#send({ type: 'unreadable', ...answer, reason: inspection });
    } else {
      this.#counters.looked++;
      this.#send({ type: 'looked', ...answer, ...inspection, waitedMs });
    }
  }
}

function answerTo(stream: Stream, look: Look): { streamId: number; nonce: string; lookId: number } {
  return { streamId: stream.id, nonce: stream.nonce, lookId: look.lookId };
}
