import type { ProducerInfo } from '../../../../src/protocol/signaling.ts';
import type { MediaSource } from '../../../../src/protocol/values.ts';
import {
  DeviceError,
  openDevice,
  openScreen,
  type DeviceKind,
  type DeviceProblem,
  type SharedScreen,
} from './devices.ts';

export interface OwnDevice {
  /** `starting`: wanted, the device is being opened. */
  state: 'off' | 'starting' | 'on';
  track: MediaStreamTrack | null;
  deviceId: string | null;
  /** Why it is off although it was wanted. */
  problem: DeviceProblem | null;
}

export interface OwnMediaState {
  mic: OwnDevice;
  camera: OwnDevice;
  screen: MediaStreamTrack | null;
}

/** Where own tracks are sent. */
export interface TrackSink {
  publish(source: MediaSource, track: MediaStreamTrack): Promise<void>;
  replace(source: MediaSource, track: MediaStreamTrack): Promise<void>;
  unpublish(source: MediaSource): Promise<void>;
}

export interface OwnMediaOptions {
  onChange: (state: OwnMediaState) => void;
  onError: (error: unknown) => void;
  /** Devices chosen earlier. */
  deviceIds: Readonly<Record<DeviceKind, string | null>>;
}

interface Slot {
  wanted: boolean;
  deviceId: string | null;
  /** The device that `track` was opened for; differs from `deviceId` after another was chosen. */
  openedFor: string | null;
  track: MediaStreamTrack | null;
  /** Where the track is being sent; null: nowhere yet. */
  sentTo: TrackSink | null;
  problem: DeviceProblem | null;
  /** The device went away by itself. */
  gone: boolean;
  running: Promise<void> | null;
}

const emptySlot = (deviceId: string | null): Slot => ({
  wanted: false,
  deviceId,
  openedFor: null,
  track: null,
  sentTo: null,
  problem: null,
  gone: false,
  running: null,
});

/**
 * The own microphone, camera and shared screen. What the user wants is noted at once; one loop per device then brings
 * the device and what is sent in line with it, so that quick presses and slow devices cannot leave a microphone live
 * that was switched off. Off frees the device.
 */
export class OwnMedia {
  readonly #options: OwnMediaOptions;
  readonly #slots: Record<DeviceKind, Slot>;
  #screen: SharedScreen | null = null;
  #sink: TrackSink | null = null;
  #closed = false;

  constructor(options: OwnMediaOptions) {
    this.#options = options;
    this.#slots = { mic: emptySlot(options.deviceIds.mic), camera: emptySlot(options.deviceIds.camera) };
  }

  get state(): OwnMediaState {
    return { mic: this.#view('mic'), camera: this.#view('camera'), screen: this.#screen?.screen ?? null };
  }

  /** Sends everything that is on to a new place, or nowhere. */
  async sendTo(sink: TrackSink | null): Promise<void> {
    this.#sink = sink;
    const screen = this.#screen === null ? Promise.resolve() : this.#publishScreen(this.#screen);
    await Promise.all([this.#settle('mic'), this.#settle('camera'), screen]);
  }

  async setWanted(kind: DeviceKind, wanted: boolean): Promise<void> {
    const slot = this.#slots[kind];
    slot.wanted = wanted;
    slot.problem = null;
    // Silence must not wait for the server's answer.
    if (!wanted && kind === 'mic' && slot.track) slot.track.enabled = false;
    this.#changed();
    await this.#settle(kind);
  }

  /** Uses another device from now on; what is being sent goes on without a gap in the connection. */
  async choose(kind: DeviceKind, deviceId: string): Promise<void> {
    this.#slots[kind].deviceId = deviceId;
    this.#changed();
    await this.#settle(kind);
  }

  /** @throws DeviceError when the user chose no screen. */
  async shareScreen(): Promise<void> {
    const opened = await openScreen();
    if (this.#closed) return stopAll(opened);
    this.#screen = opened;
    // The browser's own "stop sharing" button ends the track.
    opened.screen.addEventListener('ended', () => void this.stopScreen());
    this.#changed();
    await this.#publishScreen(opened);
  }

  async stopScreen(): Promise<void> {
    const opened = this.#screen;
    if (opened === null) return;
    this.#screen = null;
    this.#changed();
    const sink = this.#sink;
    await this.#guard(async () => {
      await sink?.unpublish('screen');
      if (opened.screenAudio) await sink?.unpublish('screenAudio');
    });
    stopAll(opened);
  }

  /**
   * Brings the server's view in line after a lost connection: what was switched off meanwhile is paused there, what
   * the server has lost is sent again.
   *
   * @param own - The own producers as the server has them.
   */
  async reconcile(own: readonly ProducerInfo[], requests: Reconciler): Promise<void> {
    for (const kind of ['mic', 'camera'] as const) {
      const slot = this.#slots[kind];
      const producer = own.find(({ source }) => source === kind);
      if (!producer) slot.sentTo = null;
      await this.#settle(kind);
      const live = slot.wanted && slot.track !== null;
      if (!producer || live === !producer.paused) continue;
      await this.#guard(() => (live ? requests.resume(producer.producerId) : requests.pause(producer.producerId)));
    }
    if (this.#screen && !own.some(({ source }) => source === 'screen')) await this.#publishScreen(this.#screen);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const slot of Object.values(this.#slots)) slot.track?.stop();
    if (this.#screen) stopAll(this.#screen);
  }

  #settle(kind: DeviceKind): Promise<void> {
    const slot = this.#slots[kind];
    slot.running ??= this.#bringInLine(kind, slot).finally(() => {
      slot.running = null;
      this.#changed();
    });
    return slot.running;
  }

  /** Steps until the device and what is sent are as wanted; each step may take long, so the wish is read anew each time. */
  async #bringInLine(kind: DeviceKind, slot: Slot): Promise<void> {
    for (let step = this.#nextStep(kind, slot); step !== null && !this.#closed; step = this.#nextStep(kind, slot)) {
      await step();
      this.#changed();
    }
  }

  #nextStep(kind: DeviceKind, slot: Slot): (() => Promise<void>) | null {
    if (slot.gone) return () => this.#switchOff(kind, slot);
    if (!slot.wanted) return slot.track === null ? null : () => this.#switchOff(kind, slot);
    if (slot.problem !== null) return null;
    if (slot.track === null || slot.openedFor !== slot.deviceId) return () => this.#open(kind, slot);
    const sink = this.#sink;
    if (sink === null || slot.sentTo === sink) return null;
    const { track } = slot;
    return async () => {
      slot.sentTo = sink;
      await this.#guard(() => sink.publish(kind, track));
    };
  }

  async #open(kind: DeviceKind, slot: Slot): Promise<void> {
    const { deviceId } = slot;
    try {
      const track = await openDevice(kind, deviceId);
      if (this.#closed || !slot.wanted) return track.stop();
      const old = slot.track;
      slot.track = track;
      slot.openedFor = deviceId;
      track.addEventListener('ended', () => this.#handleGone(kind, track));
      if (old) {
        await this.#guard(() => slot.sentTo?.replace(kind, track) ?? Promise.resolve());
        old.stop();
      }
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      if (slot.track !== null) slot.deviceId = slot.openedFor;
      else slot.problem = error.problem;
      this.#options.onError(error);
    }
  }

  async #switchOff(kind: DeviceKind, slot: Slot): Promise<void> {
    const { track, sentTo } = slot;
    slot.track = null;
    slot.sentTo = null;
    slot.gone = false;
    await this.#guard(() => sentTo?.unpublish(kind) ?? Promise.resolve());
    track?.stop();
  }

  /** The device was unplugged, or taken by another program: another one is tried. */
  #handleGone(kind: DeviceKind, track: MediaStreamTrack): void {
    const slot = this.#slots[kind];
    if (this.#closed || slot.track !== track) return;
    slot.gone = true;
    slot.deviceId = null;
    void this.#settle(kind);
  }

  async #publishScreen({ screen, screenAudio }: SharedScreen): Promise<void> {
    const sink = this.#sink;
    if (sink === null) return;
    await this.#guard(async () => {
      await sink.publish('screen', screen);
      if (screenAudio) await sink.publish('screenAudio', screenAudio);
    });
  }

  /** Sending may fail while the connection is away; the rejoin brings it in line again. */
  async #guard(task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!this.#closed) this.#options.onError(error);
    }
  }

  #view(kind: DeviceKind): OwnDevice {
    const { wanted, track, deviceId, problem } = this.#slots[kind];
    const state = !wanted || problem !== null ? 'off' : track === null ? 'starting' : 'on';
    return { state, track: wanted ? track : null, deviceId, problem };
  }

  #changed(): void {
    if (!this.#closed) this.#options.onChange(this.state);
  }
}

export interface Reconciler {
  pause(producerId: string): Promise<unknown>;
  resume(producerId: string): Promise<unknown>;
}

function stopAll({ screen, screenAudio }: SharedScreen): void {
  screen.stop();
  screenAudio?.stop();
}
