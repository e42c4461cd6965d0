import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { IdentityJudgement } from './analyzers/IdentityContinuity.ts';
import { judgePresence } from './analyzers/facePresence.ts';
import { glimpseOf } from './analyzers/glimpse.ts';
import { thumbnailOf } from './analyzers/thumbnail.ts';
import { decodeKeyFrame } from './decode/decodeKeyFrame.ts';
import type { Picture } from './decode/Picture.ts';
import { readVp8KeyFrameHeader, type Vp8KeyFrameHeader } from './decode/vp8KeyFrame.ts';
import { FaceDetector, type DetectedFace } from './faces/FaceDetector.ts';
import { FaceEmbedder } from './faces/FaceEmbedder.ts';
import { FaceMesh, type MeshedFace } from './faces/FaceMesh.ts';
import { areaOf, overlap } from './faces/geometry.ts';
import { qualityOf, type FaceQuality } from './faces/quality.ts';
import { Classifiers } from './models/Classifiers.ts';
import { Model } from './models/Model.ts';
import type { Evidence, Looked, ModelState, UnreadableReason } from './protocol.ts';
import type { Stream, WaitingFrame } from './Stream.ts';

export type Inspection = Omit<Looked, 'type' | 'streamId' | 'nonce' | 'lookId' | 'waitedMs'>;

interface MainFace {
  detected: DetectedFace;
  mesh: MeshedFace;
  quality: FaceQuality;
}

/**
 * Takes a key frame from bytes to evidence: header, limits, decoding, faces, analyzers. Keeps nothing of a picture.
 * A model that is missing or not what the manifest says is left out, and the analyzers that need it say so.
 */
export class FrameInspector {
  readonly models: readonly ModelState[];
  readonly #modelVersions: Record<string, string>;
  readonly #detector: FaceDetector | null;
  readonly #mesh: FaceMesh | null;
  readonly #embedder: FaceEmbedder | null;
  readonly #classifiers = new Classifiers();

  static async create(modelsDir: string): Promise<FrameInspector> {
    const loaded = new Map<string, Model>();
    const models: ModelState[] = [];
    for (const name of ['blazeface', 'facemesh', 'faceres']) {
      try {
        const model = await Model.load(modelsDir, name);
        loaded.set(name, model);
        models.push({ name, version: model.version, error: null });
      } catch (error) {
        models.push({ name, version: null, error: String(error).slice(0, 500) });
      }
    }
    return new FrameInspector(loaded, models);
  }

  private constructor(loaded: ReadonlyMap<string, Model>, models: readonly ModelState[]) {
    const [detector, mesh, embedder] = ['blazeface', 'facemesh', 'faceres'].map((name) => loaded.get(name));
    this.#detector = detector ? new FaceDetector(detector) : null;
    this.#mesh = mesh ? new FaceMesh(mesh) : null;
    this.#embedder = embedder ? new FaceEmbedder(embedder) : null;
    this.models = models;
    this.#modelVersions = Object.fromEntries([...loaded].map(([name, model]) => [name, model.version]));
  }

  /** The models that operators bring. */
  get classifiers(): Classifiers {
    return this.#classifiers;
  }

  /** Looks at one key frame of a stream. Never throws for what a sender can send. */
  async inspect(stream: Stream, frame: WaitingFrame, glimpse = false): Promise<Inspection | UnreadableReason> {
    const startedAt = performance.now();
    const header = readVp8KeyFrameHeader(frame.data);
    if (typeof header === 'string') return header;
    let picture: Picture;
    try {
      picture = await decodeKeyFrame(frame.data, header);
    } catch {
      return 'decode_failed';
    }
    const spent = { decodeMs: performance.now() - startedAt, detectMs: 0, meshMs: 0, embedMs: 0 };
    const integrity = stream.integrity.push({
      atMs: frame.atMs,
      thumbnail: thumbnailOf(picture),
      width: header.width,
      height: header.height,
      quantizerIndex: header.quantizerIndex,
    });
    const mayRest = !glimpse && !integrity.suspicious && stream.track.mayRest(frame.atMs);
    const faces = mayRest ? FACE_LEFT_OUT : await this.#inspectFaces(stream, frame.atMs, picture, spent);
    return {
      atMs: frame.atMs,
      frame: frameFacts(header, frame.data),
      evidence: [integrity.evidence, ...faces.evidence],
      glimpse: glimpse ? glimpseOf(picture, faces.main?.mesh ?? null) : null,
      durations: { ...spent, totalMs: performance.now() - startedAt },
      modelVersions: { ...this.#modelVersions, ...this.#classifiers.versions },
      suspicious: integrity.suspicious || faces.suspicious,
      nextAtMs: integrity.nextAtMs,
    };
  }

  async #inspectFaces(
    stream: Stream,
    atMs: number,
    picture: Picture,
    spent: { detectMs: number; meshMs: number; embedMs: number },
  ): Promise<{ evidence: Evidence[]; suspicious: boolean; main: MainFace | null }> {
    if (!this.#detector || !this.#mesh) {
      const missing = judgePresence({ atMs, faces: 0, main: null });
      const identity = stream.identity.skip(atMs, 'model_missing');
      return { evidence: [{ ...missing, code: 'model_missing' }, identity.evidence], suspicious: false, main: null };
    }
    const { faces, main } = await this.#findFaces(stream, atMs, picture, spent);
    const presence = judgePresence({
      atMs,
      faces: faces.length,
      main: main && {
        sizePx: main.mesh.sizePx,
        score: main.mesh.score,
        yawDeg: main.mesh.pose.yawDeg,
        pitchDeg: main.mesh.pose.pitchDeg,
        quality: main.quality,
      },
    });
    const embeddedAt = performance.now();
    // With several faces alike in size it is not certain which of them is the participant's.
    const comparable = main !== null && !presence.abstained && isForemost(main.detected, faces);
    const identity = comparable
      ? await this.#compareIdentity(stream, atMs, picture, main)
      : stream.identity.skip(atMs, presence.code);
    spent.embedMs = performance.now() - embeddedAt;
    const models = comparable ? await this.#classifiers.judge(stream, atMs, picture, main) : [];
    stream.track.looked(atMs, main?.mesh ?? null, faces.length === 1 && identity.evidence.code === 'ok');
    return { evidence: [presence, identity.evidence, ...models], suspicious: identity.suspicious, main };
  }

  /** The faces in the picture, and the mesh over the main one. */
  async #findFaces(
    stream: Stream,
    atMs: number,
    picture: Picture,
    spent: { detectMs: number; meshMs: number },
  ): Promise<{ faces: readonly DetectedFace[]; main: MainFace | null }> {
    const startedAt = performance.now();
    const followed = stream.track.followed(atMs);
    if (followed) {
      const main = await this.#meshMainFace(stream, picture, [followed]);
      spent.meshMs = performance.now() - startedAt;
      if (main?.quality.code === 'ok') return { faces: [followed], main };
    }
    const detectedAt = performance.now();
    const faces = (await this.#detector?.detect(picture)) ?? [];
    stream.track.searched(atMs);
    spent.detectMs = performance.now() - detectedAt;
    const main = await this.#meshMainFace(stream, picture, faces);
    spent.meshMs = performance.now() - startedAt - spent.detectMs;
    return { faces, main };
  }

  async #meshMainFace(stream: Stream, picture: Picture, faces: readonly DetectedFace[]): Promise<MainFace | null> {
    const face = mainOf(faces, stream);
    stream.track.lastBox = face?.box ?? null;
    const mesh = face && (await this.#mesh?.lay(picture, face));
    return face && mesh ? { detected: face, mesh, quality: qualityOf(picture, mesh) } : null;
  }

  async #compareIdentity(stream: Stream, atMs: number, picture: Picture, main: MainFace): Promise<IdentityJudgement> {
    const { identity } = stream;
    if (!this.#embedder) return identity.skip(atMs, 'model_missing');
    const embedding = await this.#embedder.embed(picture, main.mesh);
    const halves = identity.wantsHalves ? await this.#embedder.embedHalves(picture, main.mesh) : null;
    const { quality } = main.quality;
    return identity.push({ atMs, embedding, halves, yawDeg: main.mesh.pose.yawDeg, quality });
  }
}

/** What a look says of the face when it leaves it out: nothing, so that what was said before holds. */
const FACE_LEFT_OUT = { evidence: [], suspicious: false, main: null };

/** Whether a face is at least twice as large as every other one: a poster on the wall shall not end the comparison. */
function isForemost(face: DetectedFace, faces: readonly DetectedFace[]): boolean {
  return faces.every((other) => other === face || areaOf(face.box) >= 2 * areaOf(other.box));
}

/** The face to follow: the one where it was before, else the largest. */
function mainOf(faces: readonly DetectedFace[], stream: Stream): DetectedFace | null {
  const { lastBox } = stream.track;
  const followed = lastBox && faces.find((face) => overlap(face.box, lastBox) > 0.3);
  return followed ?? faces.toSorted((a, b) => areaOf(b.box) - areaOf(a.box))[0] ?? null;
}

function frameFacts({ width, height, quantizerIndex }: Vp8KeyFrameHeader, data: Buffer): Inspection['frame'] {
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { sha256, bytes: data.length, width, height, quantizerIndex };
}
