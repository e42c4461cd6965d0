import type { StoreApi } from 'zustand/vanilla';
import type { ProducerInfo } from '../../../../src/protocol/signaling.ts';
import type { MediaSource } from '../../../../src/protocol/values.ts';
import type { MediaChoices } from '../../session/mediaChoices.ts';
import { Capture, sameWish, type CaptureWish, type TrackFacts } from './Capture.ts';
import {
  DeviceError,
  listDevices,
  onDevicesChanged,
  openScreen,
  type DeviceKind,
  type DeviceProblem,
  type SharedScreen,
} from './devices.ts';
import { MutedTalk } from './MutedTalk.ts';

export interface OwnDevice {
  /** `starting`: wanted, the device is being opened. */
  state: 'off' | 'starting' | 'on';
  track: MediaStreamTrack | null;
  deviceId: string | null;
  /** Why it is off although it was wanted. */
  problem: DeviceProblem | null;
  /** What is behind the person is changed before it is sent. */
  backgroundChanged: boolean;
}

/** A device that went away while it was in use, and the one that took its place, by their names. */
export interface DeviceReplaced {
  kind: DeviceKind;
  gone: string;
  now: string;
}

export interface OwnMediaState {
  mic: OwnDevice;
  camera: OwnDevice;
  screen: MediaStreamTrack | null;
  /** The user talks while the microphone is off. */
  talkingMuted: boolean;
}

/** Where own tracks are sent. */
export interface TrackSink {
  publish(source: MediaSource, track: MediaStreamTrack, facts?: TrackFacts): Promise<void>;
  replace(source: MediaSource, track: MediaStreamTrack, facts?: TrackFacts): Promise<void>;
  unpublish(source: MediaSource): Promise<void>;
}

export interface OwnMediaOptions {
  onChange: (state: OwnMediaState) => void;
  onError: (error: unknown) => void;
  onReplaced: (replaced: DeviceReplaced) => void;
  /** Which devices and how, followed while the call runs. */
  choices: Pick<StoreApi<MediaChoices>, 'getState' | 'setState' | 'subscribe'>;
}

interface Slot {
  wanted: boolean;
  deviceId: string | null;
  capture: Capture | null;
  /** A microphone that is off for the call and listened to here, so that talking into it is noticed. */
  spare: { capture: Capture; talk: MutedTalk } | null;
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
  capture: null,
  spare: null,
  sentTo: null,
  problem: null,
  gone: false,
  running: null,
});

/**
 * The own microphone, camera and shared screen. What the user wants is noted at once; one loop per device then brings
 * the device and what is sent in line with it, so that quick presses and slow devices cannot leave a microphone live
 * that was switched off.
 *
 * [Note: What off means] Off pauses the producer at the server, takes the track from the connection and frees the device.
 * One exception, which the user can switch off: in a call the microphone's device stays open for this page alone, to say
 * "you are talking, but your microphone is off" and to be there at once when the key to talk is held. No connection has
 * its track meanwhile.
 */
export class OwnMedia {
  readonly #options: OwnMediaOptions;
  readonly #slots: Record<DeviceKind, Slot>;
  #screen: SharedScreen | null = null;
  #sink: TrackSink | null = null;
  #closed = false;
  #inCall = false;
  #talkingMuted = false;
  readonly #unsubscribe: Array<() => void>;

  constructor(options: OwnMediaOptions) {
    this.#options = options;
    const { deviceIds } = options.choices.getState();
    this.#slots = { mic: emptySlot(deviceIds.mic), camera: emptySlot(deviceIds.camera) };
    this.#unsubscribe = [
      options.choices.subscribe((now, before) => this.#handleChoices(now, before)),
      onDevicesChanged(() => void this.#takeUpChosen()),
    ];
  }

  get state(): OwnMediaState {
    return {
      mic: this.#view('mic'),
      camera: this.#view('camera'),
      screen: this.#screen?.screen ?? null,
      talkingMuted: this.#talkingMuted,
    };
  }

  /** From now on somebody could hear: talking into a microphone that is off is worth a word. */
  entered(): void {
    this.#inCall = true;
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
    if (kind === 'mic' && slot.capture) slot.capture.track.enabled = wanted;
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
      const live = slot.wanted && slot.capture !== null;
      if (!producer || live === !producer.paused) continue;
      await this.#guard(() => (live ? requests.resume(producer.producerId) : requests.pause(producer.producerId)));
    }
    if (this.#screen && !own.some(({ source }) => source === 'screen')) await this.#publishScreen(this.#screen);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#unsubscribe) stop();
    for (const slot of Object.values(this.#slots)) {
      slot.capture?.close();
      this.#closeSpare(slot);
    }
    if (this.#screen) stopAll(this.#screen);
  }

  /** Another device takes the place of the one in use without a gap in the connection. */
  #handleChoices(now: MediaChoices, before: MediaChoices): void {
    for (const kind of ['mic', 'camera'] as const) {
      const slot = this.#slots[kind];
      if (now.deviceIds[kind] !== before.deviceIds[kind]) slot.deviceId = now.deviceIds[kind];
      if (slot.problem === 'blur' && !now.blur) slot.problem = null;
      void this.#settle(kind);
    }
    if (!now.mutedHint) this.#closeSpare(this.#slots.mic);
    this.#changed();
  }

  /** A chosen device that had gone, such as a headset, is used again once it is back. */
  async #takeUpChosen(): Promise<void> {
    for (const kind of ['mic', 'camera'] as const) {
      const chosen = this.#options.choices.getState().deviceIds[kind];
      const slot = this.#slots[kind];
      if (chosen === null || slot.deviceId === chosen) continue;
      const there = await listDevices(kind);
      if (this.#closed || !there.some(({ deviceId }) => deviceId === chosen)) continue;
      slot.deviceId = chosen;
      await this.#settle(kind);
    }
  }

  #wish(kind: DeviceKind): CaptureWish {
    const { sound, blur } = this.#options.choices.getState();
    const { deviceId } = this.#slots[kind];
    return kind === 'mic' ? { deviceId, sound, blur: false } : { deviceId, sound: null, blur };
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
    const { capture } = slot;
    if (!slot.wanted) return capture === null ? null : () => this.#switchOff(kind, slot, capture);
    if (slot.problem !== null) return null;
    if (capture === null || slot.gone || !sameWish(capture.wish, this.#wish(kind))) {
      return () => this.#open(kind, slot);
    }
    const sink = this.#sink;
    if (sink === null || slot.sentTo === sink) return null;
    return async () => {
      slot.sentTo = sink;
      await this.#guard(() => sink.publish(kind, capture.track, capture.facts));
    };
  }

  /** Opens what is wished. The device of before, if any, is sent until the new one takes its place. */
  async #open(kind: DeviceKind, slot: Slot): Promise<void> {
    const { capture: old, gone } = slot;
    const wish = this.#wish(kind);
    slot.gone = false;
    try {
      const capture = this.#takeSpare(slot, wish) ?? (await Capture.open(kind, wish, old));
      if (this.#closed || !slot.wanted) return capture.close(old);
      slot.capture = capture;
      capture.source.addEventListener('ended', () => this.#handleGone(kind, capture.source));
      if (old === null) return;
      const { sentTo } = slot;
      if (sentTo) await this.#guard(() => sentTo.replace(kind, capture.track, capture.facts));
      old.close(capture);
      if (gone) this.#options.onReplaced({ kind, gone: old.source.label, now: capture.source.label });
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      await this.#handleRefusal(kind, slot, old, gone, error);
    }
  }

  /** What was wished cannot be had: what is sent already goes on; without it the device is off, and why is told. */
  async #handleRefusal(
    kind: DeviceKind,
    slot: Slot,
    old: Capture | null,
    gone: boolean,
    error: DeviceError,
  ): Promise<void> {
    if (old !== null && !gone) {
      slot.deviceId = old.wish.deviceId;
      const { blur, sound } = old.wish;
      this.#options.choices.setState(sound === null ? { blur } : { sound });
    } else {
      slot.problem = error.problem;
      if (old !== null) await this.#switchOff(kind, slot, old);
    }
    this.#options.onError(error);
  }

  async #switchOff(kind: DeviceKind, slot: Slot, capture: Capture): Promise<void> {
    const { sentTo } = slot;
    slot.capture = null;
    slot.sentTo = null;
    slot.gone = false;
    await this.#guard(() => sentTo?.unpublish(kind) ?? Promise.resolve());
    const listens = kind === 'mic' && this.#inCall && !this.#closed && this.#options.choices.getState().mutedHint;
    if (listens && capture.source.readyState === 'live') this.#listen(slot, capture);
    else capture.close();
  }

  /** See [Note: What off means]. */
  #listen(slot: Slot, capture: Capture): void {
    this.#closeSpare(slot);
    capture.track.enabled = true;
    const talk = new MutedTalk(capture.track, (talking) => this.#setTalkingMuted(talking));
    slot.spare = { capture, talk };
  }

  #takeSpare(slot: Slot, wish: CaptureWish): Capture | null {
    const capture = slot.spare?.capture;
    const fits = capture?.source.readyState === 'live' && sameWish(capture.wish, wish);
    this.#closeSpare(slot, fits);
    return fits ? capture : null;
  }

  #closeSpare(slot: Slot, keep = false): void {
    const { spare } = slot;
    slot.spare = null;
    spare?.talk.close();
    if (!keep) spare?.capture.close();
    this.#setTalkingMuted(false);
  }

  #setTalkingMuted(talking: boolean): void {
    if (this.#talkingMuted === talking) return;
    this.#talkingMuted = talking;
    this.#changed();
  }

  /** The device was unplugged, or taken by another program: another one takes its place. */
  #handleGone(kind: DeviceKind, source: MediaStreamTrack): void {
    const slot = this.#slots[kind];
    if (slot.spare?.capture.source === source) this.#closeSpare(slot);
    if (this.#closed || slot.capture?.source !== source) return;
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
    const { wanted, capture, deviceId, problem } = this.#slots[kind];
    const state = !wanted || problem !== null ? 'off' : capture === null ? 'starting' : 'on';
    const track = wanted ? (capture?.track ?? null) : null;
    const inUse = capture?.source.getSettings().deviceId ?? deviceId;
    return { state, track, deviceId: inUse, problem, backgroundChanged: capture?.facts.backgroundChanged ?? false };
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
