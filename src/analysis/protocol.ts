import { z } from 'zod';
import { analyzerName, causeCode } from '../protocol/assessment.ts';
import { catalogEntries } from './models/catalogEntry.ts';

export type { CatalogEntry } from './models/catalogEntry.ts';

/**
 * What the server process and an analysis child say to each other over Node's IPC channel. Both parse what they get:
 * the child handles hostile media, so nothing that it says is taken for granted either. A child answers every `look`
 * with exactly one of `looked`, `unreadable` and `nothing`.
 */

/** What one analyzer says of one stretch of one stream (DETECTION section 6). */
export const evidence = z.strictObject({
  analyzer: analyzerName,
  version: z.string().min(1).max(64),
  /** The stretch that was looked at; epoch, milliseconds. */
  fromMs: z.int().min(0),
  toMs: z.int().min(0),
  /** Log-likelihood ratio, fake : genuine; 0 says nothing. */
  llr: z.number().min(-20).max(20),
  /** How much this look was worth. */
  quality: z.number().min(0).max(1),
  /** Set when the analyzer could not tell: then `llr` and `quality` are 0. */
  abstained: z.boolean(),
  code: causeCode,
  /** Measurements behind it, for the record. Numbers only: no picture and no embedding leaves the child. */
  details: z.record(z.string().max(32), z.number()).refine((d) => Object.keys(d).length <= 24),
});
export type Evidence = z.infer<typeof evidence>;

const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const port = z.int().min(1).max(65535);
/** Random, drawn anew for every stream: what an earlier child or stream still says does not carry it. */
const nonce = z.string().regex(/^[0-9a-f]{32}$/);
const milliseconds = z.number().min(0).max(600_000);
const count = z.int().min(0);

const start = z.strictObject({ type: z.literal('start'), modelsDir: z.string().min(1).max(4096) });

const openStream = z.strictObject({
  type: z.literal('openStream'),
  streamId: id,
  nonce,
  /** Whose camera it is: a face is compared with earlier ones of the same subject only. */
  subjectId: id,
  /** Streams of one call share a place in the queue, so that a call with many cameras cannot starve the others. */
  groupId: id,
  ssrc: z.int().min(0).max(0xffffffff),
  payloadType: z.int().min(0).max(127),
  /** The only address from which its packets are accepted. */
  source: z.strictObject({ ip: z.union([z.ipv4(), z.ipv6()]), port }),
});

const closeStream = z.strictObject({ type: z.literal('closeStream'), streamId: id });
const forgetSubject = z.strictObject({ type: z.literal('forgetSubject'), subjectId: id });

/** Look at the stream's next whole key frame. Replaces an earlier look that is still waiting for one. */
const look = z.strictObject({
  type: z.literal('look'),
  streamId: id,
  lookId: id,
  deadlineMs: milliseconds,
  /** Also say what an active check needs. */
  glimpse: z.boolean(),
});
const ping = z.strictObject({ type: z.literal('ping'), pingId: id });

/** The models that operators bring; replaces those in use. Nothing waits for it. */
const loadModels = z.strictObject({
  type: z.literal('loadModels'),
  folder: z.string().min(1).max(4096),
  catalog: catalogEntries,
});

export const toChild = z.discriminatedUnion('type', [
  start,
  openStream,
  closeStream,
  forgetSubject,
  look,
  ping,
  loadModels,
]);
export type ToChild = z.infer<typeof toChild>;

export const modelState = z.strictObject({
  name: z.string().max(64),
  version: z.string().max(64).nullable(),
  /** Why it is not used. */
  error: z.string().max(500).nullable(),
});
export type ModelState = z.infer<typeof modelState>;

const ready = z.strictObject({
  type: z.literal('ready'),
  port,
  receiveBufferBytes: count,
  models: z.array(modelState).max(16),
});

const ofLook = { streamId: id, nonce, lookId: id };

/** A key frame was taken up: what follows is decoding hostile bytes. */
const taken = z.strictObject({ type: z.literal('taken'), ...ofLook });

/** A key frame came in pieces; another one is needed. */
const keyFrameLost = z.strictObject({ type: z.literal('keyFrameLost'), ...ofLook });

export const durations = z.strictObject({
  decodeMs: milliseconds,
  detectMs: milliseconds,
  meshMs: milliseconds,
  embedMs: milliseconds,
  totalMs: milliseconds,
});

const level = z.number().min(0).max(255);
const rgb = z.tuple([level, level, level]);
const pixels = z.number().min(-10_000).max(10_000);
const degrees = z.number().min(-180).max(180);
const ratio = z.number().min(0).max(10);

/**
 * Colours and shape of the main face in one key frame, for active checks. What is asked of the person never reaches the
 * child: it cannot know what would be the right answer. Regions that cannot be seen are null.
 */
export const glimpse = z.strictObject({
  face: z
    .strictObject({
      x: pixels,
      y: pixels,
      sizePx: z.number().min(1).max(2000),
      mean: rgb,
      /** Halves of the picture as it was sent, which is not mirrored. */
      left: rgb,
      right: rgb,
      yawDeg: degrees,
      pitchDeg: degrees,
      /** Height of the mouth's opening by its width. */
      mouthOpen: ratio,
      /** Height of the eyes' openings by their widths. */
      eyesOpen: ratio,
    })
    .nullable(),
  neck: rgb.nullable(),
  background: rgb.nullable(),
});
export type Glimpse = z.infer<typeof glimpse>;

const looked = z.strictObject({
  type: z.literal('looked'),
  ...ofLook,
  atMs: z.int().min(0),
  frame: z.strictObject({
    /** Of the key frame's bytes; says of which picture the evidence is, without the picture. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: count,
    width: z.int().min(1).max(1920),
    height: z.int().min(1).max(1080),
    quantizerIndex: z.int().min(0).max(127),
  }),
  evidence: z.array(evidence).min(1).max(16),
  /** Where it was asked for. */
  glimpse: glimpse.nullable().default(null),
  durations,
  modelVersions: z.record(z.string().max(64), z.string().max(128)).refine((m) => Object.keys(m).length <= 16),
  /** Something differs, but one look is not enough to say what: look more often for a while. */
  suspicious: z.boolean(),
  /** When the next picture would tell most, if there is a window; null when any time is as good. Epoch, milliseconds. */
  nextAtMs: z.int().min(0).nullable(),
  /** How long the key frame waited for its turn: grows when there is more to do than time. */
  waitedMs: milliseconds,
});
export type Looked = z.infer<typeof looked>;

export const unreadableReason = z.enum(['not_a_key_frame', 'bad_header', 'too_large', 'decode_failed']);
export type UnreadableReason = z.infer<typeof unreadableReason>;
const unreadable = z.strictObject({ type: z.literal('unreadable'), ...ofLook, reason: unreadableReason });

/** No whole key frame came before the deadline. */
const nothing = z.strictObject({ type: z.literal('nothing'), ...ofLook, packets: count, keyFramesLost: count });

/** `running`: foreign code has the process now; if it dies or hangs, this is why. */
export const catalogModelState = z.strictObject({
  name: z.string().max(64),
  phase: z.enum(['running', 'ready', 'refused']),
  error: z.string().max(500).nullable(),
  /** Milliseconds of a run on average. */
  meanMs: milliseconds.nullable(),
});
export type CatalogModelState = z.infer<typeof catalogModelState>;
const model = z.strictObject({ type: z.literal('model'), ...catalogModelState.shape });

const counters = z.record(z.string().max(32), count).refine((c) => Object.keys(c).length <= 32);
const pong = z.strictObject({ type: z.literal('pong'), pingId: id, counters });

/** Something of ours failed there. The child goes on. */
const fault = z.strictObject({ type: z.literal('fault'), where: z.string().max(64), message: z.string().max(500) });

export const fromChild = z.discriminatedUnion('type', [
  ready,
  taken,
  keyFrameLost,
  looked,
  unreadable,
  nothing,
  pong,
  fault,
  model,
]);
export type FromChild = z.infer<typeof fromChild>;
