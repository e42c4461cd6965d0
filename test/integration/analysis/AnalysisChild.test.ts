import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AnalysisChild, type LookAnswer } from '../../../src/assessment/AnalysisChild.ts';
import { createLogger } from '../../../src/logger.ts';
import { environmentOf, isRunning } from '../../support/processes.ts';
import { generator } from '../../support/random.ts';
import { frozen, pattern } from '../../support/rtp/scenes.ts';
import { RtpSource, type RtpSourceOptions } from '../../support/rtp/RtpSource.ts';
import { encodeKeyFrame, packetize } from '../../support/rtp/vp8.ts';
import { modelsDir } from '../../support/TestMonitor.ts';

const logger = createLogger('silent');
const start = (dir = modelsDir): Promise<AnalysisChild> => AnalysisChild.start({ modelsDir: dir, logger });
const picture = pattern(640, 360);

describe('AnalysisChild', () => {
  let child: AnalysisChild;
  const sources: RtpSource[] = [];
  let lastSsrc = 1;

  before(async () => {
    child = await start();
  });
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close()));
  });
  after(() => child.close());

  async function sourceOf(options: Partial<RtpSourceOptions> = {}): Promise<RtpSource> {
    const source = await RtpSource.create({
      scene: frozen(picture),
      fps: 10,
      quality: () => 30,
      ssrc: ++lastSsrc,
      payloadType: 101,
      ...options,
    });
    sources.push(source);
    return source;
  }

  function open(source: RtpSource, ssrc = lastSsrc, payloadType = 101) {
    return child.openStream({ subjectId: ssrc, groupId: 1, tap: { ssrc, payloadType, source: source.address } });
  }

  /** Looks once at what a source of these properties sends. */
  async function lookAt(options: Partial<RtpSourceOptions>, deadlineMs = 2000): Promise<LookAnswer> {
    const source = await sourceOf(options);
    const stream = open(source);
    source.start(child.destination);
    try {
      return await stream.look(deadlineMs, () => undefined);
    } finally {
      stream.close();
    }
  }

  it('looks at a key frame and tells what it saw, with the versions of its models and its times', async () => {
    const answer = await lookAt({});
    assert.ok(answer.kind === 'looked');
    const { frame, evidence, durations, modelVersions } = answer.looked;
    assert.deepEqual([frame.width, frame.height], [640, 360]);
    assert.deepEqual(
      evidence.map(({ analyzer }) => analyzer),
      ['stream_integrity', 'face_presence', 'identity_continuity'],
    );
    assert.ok(durations.decodeMs > 0 && durations.totalMs >= durations.decodeMs);
    assert.deepEqual(Object.keys(modelVersions).sort(), ['blazeface', 'facemesh', 'faceres']);
  });

  it('puts a key frame together whose packets come in reverse, and twice', async () => {
    const answer = await lookAt({ spoil: (packets) => [...packets.toReversed(), ...packets] });
    assert.equal(answer.kind, 'looked');
  });

  it('asks again when a packet is missing, and says at the end that it saw no whole key frame', async () => {
    const source = await sourceOf({ spoil: (packets) => packets.slice(0, -2).concat(packets.slice(-1)) });
    const stream = open(source);
    source.start(child.destination);
    let lost = 0;
    const answer = await stream.look(1500, () => lost++);
    stream.close();
    assert.ok(answer.kind === 'nothing' && answer.packets > 0 && answer.keyFramesLost > 0);
    assert.ok(lost > 0);
  });

  it('says that nothing came when nothing comes', async () => {
    const stream = open(await sourceOf());
    assert.deepEqual(await stream.look(300, () => undefined), { kind: 'nothing', packets: 0, keyFramesLost: 0 });
    stream.close();
  });

  const spoiled: [what: string, reason: string, tamper: (frame: Buffer) => Buffer][] = [
    ['a bomb of 16383x16383', 'too_large', (f) => (f.writeUInt32LE(0x3fff3fff, 6), f)],
    ['more than 1 MiB', 'too_large', (f) => Buffer.concat([f, Buffer.alloc(1100 * 1024)])],
    ['a broken start code', 'bad_header', (f) => (f.writeUInt8(0, 4), f)],
    ['zeros for a picture', 'decode_failed', (f) => f.subarray(0, f.length / 2)],
  ];
  for (const [what, reason, tamper] of spoiled) {
    it(`never decodes ${what} (${reason})`, async () => {
      const answer = await lookAt({ tamper, fps: 3 });
      assert.ok(answer.kind === 'unreadable', answer.kind);
      // Half a frame is refused by whichever looks first, the header's check or the decoder.
      if (reason === 'decode_failed') assert.ok(['decode_failed', 'bad_header'].includes(answer.reason));
      else assert.equal(answer.reason, reason);
    });
  }

  it('accepts a stream from its own address, SSRC and payload type only', async () => {
    const source = await sourceOf();
    const stranger = await sourceOf({ ssrc: lastSsrc });
    const stream = open(source);
    stranger.start(child.destination);
    const fromStranger = await stream.look(500, () => undefined);
    stranger.stop();
    stream.close();
    const otherSsrc = open(source, lastSsrc + 7);
    source.start(child.destination);
    const withOtherSsrc = await otherSsrc.look(500, () => undefined);
    otherSsrc.close();
    const otherType = open(source, lastSsrc, 102);
    const withOtherType = await otherType.look(500, () => undefined);
    otherType.close();
    for (const answer of [fromStranger, withOtherSsrc, withOtherType]) {
      assert.deepEqual(answer, { kind: 'nothing', packets: 0, keyFramesLost: 0 });
    }
  });

  it('survives garbage on its socket and a thousand mutilated key frames', async function () {
    this.timeout(60_000);
    const random = generator(11);
    const byte = (below = 256): number => Math.floor(random() * below);
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const good = await encodeKeyFrame(pattern(160, 96), 30);
    const ssrc = ++lastSsrc;
    const source = { ip: '127.0.0.1', port: socket.address().port };
    const stream = child.openStream({ subjectId: ssrc, groupId: 1, tap: { ssrc, payloadType: 101, source } });
    const state = { ssrc, payloadType: 101, sequenceNumber: 0, pictureId: 0 };
    const kinds = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const frame = Buffer.from(good);
      for (let n = byte(8); n > 0; n--) frame.writeUInt8(byte(), 10 + byte(frame.length - 10));
      if (byte(4) === 0) frame.writeUInt16LE(16 + byte(600), 6 + 2 * byte(2));
      const packets = packetize(
        frame.subarray(0, 12 + byte(frame.length - 12) + (byte(2) ? 0 : frame.length)),
        i * 3000,
        state,
      );
      if (byte(10) === 0) packets.push(Buffer.from(Array.from({ length: byte(40) }, () => byte())));
      const answer = stream.look(60, () => undefined);
      for (const packet of packets) socket.send(packet, child.destination.port);
      kinds.add((await answer).kind);
    }
    socket.close();
    stream.close();
    assert.ok(!child.closed);
    assert.ok(kinds.has('unreadable') && kinds.has('looked'), [...kinds].join());
    assert.equal((await lookAt({})).kind, 'looked');
  });

  it('gives a call with one camera its turn among thirty of another', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const source = { ip: '127.0.0.1', port: socket.address().port };
    const frame = await encodeKeyFrame(picture, 30);
    const answered: number[] = [];
    const streams = Array.from({ length: 31 }, (_, i) => {
      const ssrc = ++lastSsrc;
      const groupId = i < 30 ? 1 : 2;
      const stream = child.openStream({ subjectId: ssrc, groupId, tap: { ssrc, payloadType: 101, source } });
      const answer = stream
        .look(5000, () => undefined)
        .then(({ kind }) => {
          answered.push(groupId);
          assert.equal(kind, 'looked');
        });
      return { stream, answer, state: { ssrc, payloadType: 101, sequenceNumber: 0, pictureId: 0 } };
    });
    for (const timestamp of [0, 3000, 6000]) {
      for (const { state } of streams) {
        for (const packet of packetize(frame, timestamp, state)) socket.send(packet, child.destination.port);
      }
    }
    await Promise.all(streams.map(({ answer }) => answer));
    socket.close();
    for (const { stream } of streams) stream.close();
    assert.equal(answered.length, 31);
    // Some of the thirty are looked at before the one's packets have come at all.
    assert.ok(answered.indexOf(2) < 20, `it came as number ${answered.indexOf(2)}`);
  });

  it('believes an answer only to the very look that it was asked for, in range and in time', async () => {
    const program = fileURLToPath(new URL('../../support/forgingAnalysis.ts', import.meta.url));
    const forger = await AnalysisChild.start({ modelsDir, logger, program });
    try {
      const tap = { ssrc: 1, payloadType: 101, source: { ip: '127.0.0.1', port: 9 } };
      const stream = forger.openStream({ subjectId: 1, groupId: 1, tap });
      const answer = await stream.look(3000, () => undefined);
      // Of all that it said, this one was honest.
      assert.ok(answer.kind === 'looked');
      assert.equal(answer.looked.modelVersions.honest, 'yes');
      const { invalid, unexpected } = forger.counters;
      assert.deepEqual({ invalid, unexpected }, { invalid: 8, unexpected: 4 });
      // Whatever it says of a look that is over, or unasked, changes nothing.
      await once(forger, 'close');
    } finally {
      await forger.close();
    }
  });

  it('has nothing in its environment that could be a secret', () => {
    assert.ok(
      Object.keys(environmentOf(child.pid)).every((name) =>
        ['PATH', 'TZ', 'LANG', 'NODE_ENV', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'].includes(name),
      ),
    );
  });

  it('is killed when it is stopped, and tells those who wait', async () => {
    const victim = await start();
    const source = await sourceOf();
    const stream = victim.openStream({
      subjectId: 1,
      groupId: 1,
      tap: { ssrc: lastSsrc, payloadType: 101, source: source.address },
    });
    const closed = once(victim, 'close');
    process.kill(victim.pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    const answer = await stream.look(5000, () => undefined);
    await closed;
    assert.equal(answer.kind, 'down');
    assert.ok(performance.now() - stoppedAt < 2500);
  });

  it('ends by itself when its parent has gone', async () => {
    const program = fileURLToPath(new URL('../../../src/analysis/main.ts', import.meta.url));
    const orphan = fork(program, [], { execArgv: ['--import', 'tsx'], env: { PATH: process.env.PATH } });
    orphan.send({ type: 'start', modelsDir });
    await once(orphan, 'message');
    const exit = once(orphan, 'exit');
    orphan.disconnect();
    await exit;
    assert.ok(!isRunning(orphan.pid!));
  });

  describe('with models that are not what the manifest says', () => {
    let dir: string;

    beforeEach(async () => {
      dir = await mkdtemp(path.join(tmpdir(), 'models-'));
      await cp(modelsDir, dir, { recursive: true });
    });
    afterEach(() => rm(dir, { recursive: true }));

    it('refuses an altered file and says so, and goes on with the others', async () => {
      await writeFile(path.join(dir, 'faceres.onnx'), 'something else');
      const without = await start(dir);
      try {
        const [refused] = without.models.filter(({ error }) => error !== null);
        assert.match(refused?.error ?? '', /faceres.*manifest/);
        assert.equal(without.models.filter(({ version }) => version !== null).length, 2);
      } finally {
        await without.close();
      }
    });

    it('lets every analyzer that needs a missing model abstain', async () => {
      await rm(path.join(dir, 'blazeface.onnx'));
      const without = await start(dir);
      try {
        const source = await sourceOf();
        const tap = { ssrc: lastSsrc, payloadType: 101, source: source.address };
        const stream = without.openStream({ subjectId: 1, groupId: 1, tap });
        source.start(without.destination);
        const answer = await stream.look(2000, () => undefined);
        assert.ok(answer.kind === 'looked');
        for (const item of answer.looked.evidence.slice(1)) {
          assert.deepEqual([item.code, item.abstained], ['model_missing', true]);
        }
      } finally {
        await without.close();
      }
    });
  });
});
