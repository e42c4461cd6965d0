/** A canvas as a video track. */
export interface Output {
  readonly track: MediaStreamTrack;
  /** The canvas has a new picture. */
  emit(): void;
  close(): void;
}

/** Chromium's way of making a video track out of single frames, which the DOM types do not have. */
interface Generator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
type Global = typeof globalThis & { MediaStreamTrackGenerator?: new (options: { kind: 'video' }) => Generator };

/**
 * Frame by frame where the browser can: a captured canvas stands still in Chromium while the page is hidden, and a
 * picture that stands still is taken for a frozen one.
 */
export function createOutput(canvas: HTMLCanvasElement): Output {
  const { MediaStreamTrackGenerator } = globalThis as Global;
  if (MediaStreamTrackGenerator) return new GeneratedOutput(canvas, new MediaStreamTrackGenerator({ kind: 'video' }));
  const [track] = canvas.captureStream(30).getVideoTracks();
  if (!track) throw new Error('the canvas cannot be captured');
  return { track, emit: () => undefined, close: () => track.stop() };
}

class GeneratedOutput implements Output {
  readonly track: MediaStreamTrack;
  readonly #canvas: HTMLCanvasElement;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;

  constructor(canvas: HTMLCanvasElement, generator: Generator) {
    this.track = generator;
    this.#canvas = canvas;
    this.#writer = generator.writable.getWriter();
  }

  emit(): void {
    const frame = new VideoFrame(this.#canvas, { timestamp: Math.round(performance.now() * 1000) });
    this.#writer.write(frame).catch(() => frame.close());
  }

  close(): void {
    this.track.stop();
    this.#writer.close().catch(() => undefined);
  }
}
