import type { Logger } from '../logger.ts';
import type { Endpoint, Sent } from '../media/Endpoint.ts';
import type { TransportOffer } from '../media/MediaWorker.ts';
import type { Room } from '../media/Room.ts';
import type { Subscription } from '../media/Subscription.ts';
import type { types } from 'mediasoup';
import type { CameraChecks } from './CameraChecks.ts';
import { LayerDemand } from './LayerDemand.ts';
import type { Peer } from './Peer.ts';
import type { Restrictions } from './Restrictions.ts';
import { kindOfSource, type MediaSource } from '../protocol/values.ts';
import { flowBetween } from './states.ts';
import { AppError } from '../errors.ts';

export interface CallMediaOptions {
  callId: string;
  /** A call between two people; it may become one of more. */
  direct: () => boolean;
  peers: ReadonlyMap<string, Peer>;
  createRoom: () => Promise<Room>;
  checks: CameraChecks;
  restrictions: Restrictions;
  logger: Logger;
  /** The room lost too many workers. */
  onFailed: () => void;
}

/** What gets a viewer's bandwidth first: a shared screen, who speaks, the others. */
const priorities = { screen: 3, speaker: 2, other: 1 } as const;

/** The time in which the taps leave the senders' key frames to somebody who is joining. */
const joinHoldBackMs = 500;

/**
 * Who receives what in one call. `reconcile` compares the peers' states with their subscriptions and puts right what
 * differs; every change of state, producer or connection ends there, so there is one rule and one place for it.
 */
export class CallMedia {
  readonly #options: CallMediaOptions;
  readonly #subscribing = new Set<string>();
  readonly #demand: LayerDemand;
  #room: Promise<Room> | null = null;
  #openedRoom: Room | null = null;
  #closed = false;
  #speakerId: string | null = null;

  constructor(options: CallMediaOptions) {
    this.#options = options;
    this.#demand = new LayerDemand(options.peers);
  }

  /** The peer that spoke last, if it is still there. */
  get activeSpeaker(): string | null {
    const speaker = this.#options.peers.get(this.#speakerId ?? '');
    return speaker?.present ? speaker.id : null;
  }

  async rtpCapabilities(): Promise<types.RtpCapabilities> {
    return (await this.#openRoom()).rtpCapabilities;
  }

  /** @throws AppError CAPACITY when those in the call would suffer from one more. */
  refuseIfFull(): void {
    if (this.#openedRoom?.full) throw new AppError('CAPACITY', 'The server is full.', { retryAfterS: 30 });
  }

  /**
   * The peer's endpoint, made if there is none or it was closed.
   *
   * @throws AppError NOT_JOINED when the peer left while the room was opened.
   */
  async endpoint(peer: Peer): Promise<Endpoint> {
    const room = await this.#openRoom();
    // The last who leaves takes the room with him.
    if (this.#options.peers.get(peer.id) !== peer) throw new AppError('NOT_JOINED', 'You have left this call.');
    if (peer.endpoint && !peer.endpoint.closed) return peer.endpoint;
    const endpoint = room.createEndpoint();
    peer.endpoint = endpoint;
    this.#handleEndpoint(room, peer, endpoint);
    return endpoint;
  }

  /** Closes a peer's media; what others received of it closes with it. */
  detach(peer: Peer): void {
    const { endpoint } = peer;
    peer.endpoint = null;
    if (!endpoint) return;
    endpoint.close();
    this.#room?.then(
      (room) => room.removeEndpoint(endpoint),
      () => undefined,
    );
  }

  /** Brings every subscription from and to a peer in line with the states. */
  reconcile(peer: Peer): void {
    for (const other of this.#options.peers.values()) {
      if (other === peer) continue;
      void this.#reconcilePair(peer, other);
      void this.#reconcilePair(other, peer);
    }
  }

  /** Offers again what a page never acknowledged, after its connection was lost. */
  deliverAgain(peer: Peer): void {
    this.#demand.remind(peer);
    for (const subscription of peer.endpoint?.subscriptions ?? []) {
      if (subscription.acknowledged) continue;
      const owner = this.#ownerOf(subscription.producerId);
      if (owner) void this.#guard(this.#deliver(peer, owner.peer, owner.sent, subscription));
    }
  }

  /** A viewer says of which size he sees a video, or that he sees nothing of it. */
  async watch(viewer: Peer, consumerId: string, what: { spatialLayer: number } | { wanted: boolean }): Promise<void> {
    const subscription = viewer.media.subscription(consumerId);
    await ('wanted' in what ? subscription.set(what) : subscription.setSpatialLayer(what.spatialLayer));
    this.#demand.review(subscription.producerId);
  }

  async setProducerPaused(peer: Peer, producerId: string, paused: boolean): Promise<void> {
    const { producer, source } = peer.media.ownProducer(producerId);
    if (!paused) this.#refuseStoppedSound(peer, source);
    // The check hears of it first, so that a frozen last picture is never taken for a frozen camera.
    if (source === 'camera' && paused) peer.checked?.setCameraOn(false);
    await (paused ? producer.pause() : producer.resume());
    if (source === 'camera' && !paused) peer.checked?.setCameraOn(true);
    for (const viewer of this.#viewersOf(peer)) {
      viewer.connection?.notify(paused ? 'producerPaused' : 'producerResumed', { producerId, peerId: peer.id, source });
    }
  }

  /** Notes, and tells the viewers, whether the page of a camera's owner changes its background. */
  declareBackground(peer: Peer, producerId: string, changed: boolean): void {
    const sent = peer.media.ownProducer(producerId);
    if (sent.backgroundChanged === changed) return;
    sent.backgroundChanged = changed;
    for (const viewer of this.#viewersOf(peer)) {
      viewer.connection?.notify('backgroundDeclared', { producerId, peerId: peer.id, source: sent.source, changed });
    }
  }

  /** Notes whether a camera is a program's, by the word of its owner's page; the check weighs it. */
  declareCamera(peer: Peer, producerId: string, virtual: boolean): void {
    const sent = peer.media.ownProducer(producerId);
    sent.virtualCamera = virtual;
    if (sent.source === 'camera') peer.checked?.setVirtual(virtual);
  }

  /** Pauses a person's microphone on the server; its owner may resume it unless he is stopped. */
  async mute(peer: Peer): Promise<void> {
    for (const { producer, source } of peer.endpoint?.sent ?? []) {
      if (source !== 'mic' || producer.paused) continue;
      await this.#guard(this.setProducerPaused(peer, producer.id, true));
    }
  }

  /** Brings what others get of a person in line with the restrictions. Settles when the worker has followed. */
  async enforce(owner: Peer): Promise<void> {
    const stoppedSounds = (owner.endpoint?.sent ?? []).filter(
      ({ producer, source }) => !producer.paused && this.#soundStopped(owner, source),
    );
    const viewers = [...this.#options.peers.values()].filter((peer) => peer !== owner);
    await Promise.all([
      ...stoppedSounds.map(({ producer }) => this.#guard(this.setProducerPaused(owner, producer.id, true))),
      ...viewers.map((viewer) => this.#reconcilePair(viewer, owner)),
    ]);
  }

  /** Asks the senders that a prepared peer is about to see for a key frame, over their sockets. */
  wantKeyFrames(peer: Peer): void {
    // Who has to be let in first sees nobody soon, and must not put off the looks at those inside.
    if (!peer.admitted) return;
    this.#options.checks.holdBack(this.#options.callId, joinHoldBackMs);
    for (const owner of this.#options.peers.values()) {
      if (owner === peer || this.#flow(peer, owner) === 'none') continue;
      if (owner.endpoint?.sent.some((s) => s.source === 'camera')) owner.connection?.notify('keyFrameWanted', {});
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const peer of this.#options.peers.values()) peer.endpoint = null;
    this.#demand.close();
    this.releaseRoom();
  }

  /** Frees the router of a call in which nobody is any more; a later peer gets a new one. */
  releaseRoom(): void {
    this.#room?.then(
      (room) => room.close(),
      () => undefined,
    );
    this.#room = null;
    this.#openedRoom = null;
  }

  async #openRoom(): Promise<Room> {
    this.#room ??= this.#createRoom();
    return this.#room;
  }

  async #createRoom(): Promise<Room> {
    try {
      const room = await this.#options.createRoom();
      if (this.#closed) {
        room.close();
        throw new AppError('CALL_OVER', 'This call is over.');
      }
      this.#openedRoom = room;
      room.on('reset', () => this.#reset());
      room.on('failed', () => this.#options.onFailed());
      room.on('activeSpeaker', (producerId) => this.#setSpeaker(producerId));
      return room;
    } catch (error) {
      this.#room = null;
      throw error;
    }
  }

  #handleEndpoint(room: Room, peer: Peer, endpoint: Endpoint): void {
    endpoint.on('produced', (sent) => {
      if (sent.source === 'camera') {
        peer.checked?.setCamera({
          producerId: sent.producer.id,
          virtual: sent.virtualCamera,
          openTap: (destination) => room.openTap(sent, destination),
        });
        peer.checked?.setCameraOn(!sent.producer.paused);
      }
      if (this.#soundStopped(peer, sent.source)) void this.#guard(sent.producer.pause());
      this.reconcile(peer);
      this.#demand.review(sent.producer.id);
    });
    endpoint.on('producerClosed', (sent) => {
      this.#demand.review(sent.producer.id);
      if (sent.source === 'camera' && peer.endpoint === endpoint) peer.checked?.setCamera(null);
    });
    endpoint.on('subscriptionClosed', ({ id, producerId }) => {
      this.#demand.review(producerId);
      if (!endpoint.closed) peer.connection?.notify('consumerClosed', { consumerId: id });
    });
  }

  #flow(viewer: Peer, owner: Peer): ReturnType<typeof flowBetween> {
    // Nothing passes in either direction while a host has yet to let one of them in, whatever was prepared.
    if (!viewer.admitted || !owner.admitted) return 'none';
    return flowBetween(viewer.state, owner.state, this.#options.direct());
  }

  #viewersOf(owner: Peer): Peer[] {
    return [...this.#options.peers.values()].filter((p) => p !== owner && this.#flow(p, owner) !== 'none');
  }

  /** Settles when existing subscriptions are as they should be; new ones follow on their own. */
  async #reconcilePair(viewer: Peer, owner: Peer): Promise<void> {
    const flow = this.#flow(viewer, owner);
    const steps: Promise<void>[] = [];
    for (const sent of owner.endpoint?.sent ?? []) {
      const subscription = viewer.endpoint?.subscribed(sent.producer.id);
      if (subscription && flow === 'none') subscription.consumer.close();
      else if (subscription) steps.push(this.#guard(this.#setGates(viewer, owner, subscription, flow === 'flowing')));
      else if (flow !== 'none' && viewer.endpoint?.canReceive) void this.#guard(this.#subscribe(viewer, owner, sent));
    }
    await Promise.all(steps);
  }

  async #setGates(viewer: Peer, owner: Peer, subscription: Subscription, joined: boolean): Promise<void> {
    const permitted = this.#permitted(owner, subscription.source);
    if (subscription.acknowledged && subscription.permitted !== permitted) {
      viewer.connection?.notify(permitted ? 'consumerResumed' : 'consumerPaused', { consumerId: subscription.id });
    }
    await subscription.set({ joined, permitted });
  }

  #permitted(owner: Peer, source: MediaSource): boolean {
    return !this.#options.restrictions.stopped(owner.user.id, kindOfSource[source]);
  }

  #soundStopped(owner: Peer, source: MediaSource): boolean {
    return kindOfSource[source] === 'audio' && !this.#permitted(owner, source);
  }

  #refuseStoppedSound(owner: Peer, source: MediaSource): void {
    if (this.#soundStopped(owner, source)) throw new AppError('FORBIDDEN', 'The host keeps your microphone off.');
  }

  async #subscribe(viewer: Peer, owner: Peer, sent: Sent): Promise<void> {
    const key = `${viewer.id} ${sent.producer.id}`;
    if (this.#subscribing.has(key)) return;
    this.#subscribing.add(key);
    try {
      const subscription = await viewer.endpoint?.subscribe(sent, {
        joined: false,
        permitted: this.#permitted(owner, sent.source),
      });
      if (!subscription) return;
      subscription.onLayerChange((spatialLayer) => {
        viewer.connection?.notify('consumerLayersChanged', { consumerId: subscription.id, spatialLayer });
      });
      this.#demand.review(sent.producer.id);
      void this.#guard(subscription.setPriority(this.#priorityOf(owner, sent.source)));
      void this.#guard(this.#deliver(viewer, owner, sent, subscription));
    } finally {
      this.#subscribing.delete(key);
    }
    // States may have changed while the worker was busy.
    await this.#reconcilePair(viewer, owner);
  }

  async #deliver(viewer: Peer, owner: Peer, sent: Sent, subscription: Subscription): Promise<void> {
    const { consumer } = subscription;
    const taken = await viewer.connection?.deliverConsumer({
      consumerId: consumer.id,
      producerId: sent.producer.id,
      peerId: owner.id,
      source: sent.source,
      kind: consumer.kind,
      type: consumer.type,
      rtpParameters: { ...consumer.rtpParameters },
      producerPaused: sent.producer.paused,
      backgroundChanged: sent.backgroundChanged,
    });
    if (!taken) return;
    if (!subscription.permitted) viewer.connection?.notify('consumerPaused', { consumerId: consumer.id });
    await this.#guard(subscription.set({ acknowledged: true }));
  }

  #ownerOf(producerId: string): { peer: Peer; sent: Sent } | null {
    for (const peer of this.#options.peers.values()) {
      const sent = peer.endpoint?.sent.find((s) => s.producer.id === producerId);
      if (sent) return { peer, sent };
    }
    return null;
  }

  /** A peer has joined. Whoever spoke before that is told of now: the observer does not say it twice. */
  entered(peer: Peer): void {
    if (peer.id === this.#speakerId) this.#tellSpeaker(peer.id);
  }

  #setSpeaker(producerId: string): void {
    const speaker = this.#ownerOf(producerId)?.peer;
    if (!speaker || speaker.id === this.#speakerId) return;
    const before = this.activeSpeaker;
    this.#speakerId = speaker.id;
    for (const peer of [this.#options.peers.get(before ?? ''), speaker]) if (peer) this.#setPriorities(peer);
    if (speaker.present) this.#tellSpeaker(speaker.id);
  }

  #priorityOf(owner: Peer, source: MediaSource): number {
    if (source === 'screen') return priorities.screen;
    return owner.id === this.#speakerId ? priorities.speaker : priorities.other;
  }

  #setPriorities(owner: Peer): void {
    for (const { producer, source } of owner.endpoint?.sent ?? []) {
      if (source !== 'camera') continue;
      for (const viewer of this.#options.peers.values()) {
        const subscription = viewer.endpoint?.subscribed(producer.id);
        if (subscription) void this.#guard(subscription.setPriority(this.#priorityOf(owner, source)));
      }
    }
  }

  #tellSpeaker(peerId: string): void {
    for (const peer of this.#options.peers.values()) {
      if (peer.present) peer.connection?.notify('activeSpeaker', { peerId });
    }
  }

  /** The worker died and the room has moved: everybody who is connected gets transports to rebuild on. */
  #reset(): void {
    this.#options.logger.warn({ callId: this.#options.callId }, 'call moved to another media worker');
    for (const peer of this.#options.peers.values()) {
      peer.endpoint = null;
      if (peer.connection) void this.#guard(this.#resetPeer(peer));
    }
  }

  async #resetPeer(peer: Peer): Promise<void> {
    const [endpoint, routerRtpCapabilities] = await Promise.all([this.endpoint(peer), this.rtpCapabilities()]);
    const [send, recv] = await Promise.all([endpoint.createTransport('send'), endpoint.createTransport('recv')]);
    peer.connection?.notify('mediaReset', {
      routerRtpCapabilities: { ...routerRtpCapabilities },
      sendTransport: toTransportParameters(send),
      recvTransport: toTransportParameters(recv),
    });
  }

  /** Media work that nobody waits for: what fails because its object is gone is no news. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!this.#closed) this.#options.logger.warn({ callId: this.#options.callId, err: error }, 'media step failed');
    }
  }
}

/** What a client needs to make its side of a transport. No address but the announced one is in it. */
export function toTransportParameters(transport: TransportOffer): {
  id: string;
  iceParameters: Record<string, unknown>;
  iceCandidates: Record<string, unknown>[];
  dtlsParameters: Record<string, unknown>;
  iceServers: TransportOffer['iceServers'];
} {
  return {
    id: transport.id,
    iceParameters: { ...transport.iceParameters },
    iceCandidates: transport.iceCandidates.map((candidate) => ({ ...candidate })),
    dtlsParameters: { ...transport.dtlsParameters },
    iceServers: transport.iceServers,
  };
}
