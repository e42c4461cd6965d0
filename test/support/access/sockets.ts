import type { RequestName } from '../../../src/protocol/signaling.ts';
import { consent } from '../SignalingClient.ts';
import { dtlsParameters, videoParameters } from '../webrtc.ts';
import type { Asker, Things } from './MeetingScene.ts';
import { readTable } from './table.ts';

/** Words of the table below, by the code of an error. */
export const words: Readonly<Record<string, string>> = {
  FORBIDDEN: 'no',
  NOT_JOINED: 'out',
  NOT_FOUND: 'none',
  CONFLICT: 'clash',
  BUSY: 'busy',
};

/**
 * By who asks over his socket, about what is the host's or about somebody in the meeting, from left to right: `yes`;
 * `no`: not in this state or role (FORBIDDEN); `out`: not in a call, or without media there (NOT_JOINED); `none`: not one
 * of his own (NOT_FOUND); `clash`: does not fit what is there (CONFLICT), such as a second camera, or a check of none;
 * `busy`: rung already (BUSY). A new request has to add its row. Who has not signed in has no socket to ask over.
 */
export const socketAccess = readTable<RequestName, Asker>(`
                      stranger admin left  ejected prepared waiting held  guest participant host
  reauthenticate      no       no    no    no      no       no      no    no    no          yes
  leave               yes      yes   yes   yes     yes      yes     yes   yes   yes         yes
  prepare             yes      yes   yes   no      no       no      no    no    no          no
  join                yes      yes   yes   no      yes      yes     no    no    no          no
  answerCall          none     none  none  no      none     none    no    no    no          no
  declineCall         none     none  none  no      none     none    no    no    none        none
  watchPresence       yes      yes   yes   no      yes      yes     no    no    yes         yes
  intent              out      out   out   no      yes      yes     no    no    no          no
  createTransport     out      out   out   no      yes      yes     no    yes   yes         yes
  connectTransport    out      out   out   no      none     out     no    out   out         clash
  restartIce          out      out   out   no      none     out     out   out   out         yes
  produce             out      out   out   no      yes      out     out   out   out         clash
  pauseProducer       out      out   out   no      none     out     no    out   out         yes
  resumeProducer      out      out   out   no      none     out     no    out   out         yes
  closeProducer       out      out   out   no      none     out     out   out   out         yes
  declareBackground   out      out   out   no      none     out     out   out   out         yes
  declareCamera       out      out   out   no      none     out     out   out   out         yes
  setConsumerLayers   out      out   out   no      no       no      out   out   out         yes
  pauseConsumer       out      out   out   no      no       no      out   out   out         yes
  resumeConsumer      out      out   out   no      no       no      out   out   out         yes
  sendChat            out      out   out   no      no       no      no    yes   yes         yes
  ringPerson          out      out   out   no      no       no      no    no    yes         busy
  admitPeer           out      out   out   no      no       no      no    no    no          yes
  denyPeer            out      out   out   no      no       no      no    no    no          yes
  startChallenge      out      out   out   no      clash    clash   clash clash clash       yes
  challengeStep       out      out   out   no      no       no      no    no    no          no
  refuseChallenge     out      out   out   no      no       no      no    no    no          no
  requestChallenge    out      out   out   no      no       no      no    no    no          yes
  requestReview       out      out   out   no      no       no      yes   yes   yes         yes
  lockCall            out      out   out   no      no       no      no    no    no          yes
  setCheckPolicy      out      out   out   no      no       no      no    no    no          yes
  muteProducer        out      out   out   no      no       no      no    no    no          yes
  muteEveryone        out      out   out   no      no       no      no    no    no          yes
  pauseVideo          out      out   out   no      no       no      no    no    no          yes
  ejectPeer           out      out   out   no      no       no      no    no    no          yes
  transferHost        out      out   out   no      no       no      no    no    no          yes
  undoAction          out      out   out   no      no       no      no    no    no          yes
  raiseHand           out      out   out   no      no       no      no    yes   yes         yes
  lowerHand           out      out   out   no      no       no      no    no    no          yes
  react               out      out   out   no      no       no      no    yes   yes         yes
  endCall             out      out   out   no      no       no      no    no    no          yes
  reportQuality       out      out   out   no      no       no      yes   yes   yes         yes
`);

/** The same request whoever sends it. @param ids - Of people; `token` is the host's access token. */
export function socketInput(
  name: RequestName,
  things: Things,
  ids: { host: string; outsider: string; token: string },
): object {
  const { producerId, transportId, consumerId, targetId: peerId, roomId } = things;
  const inputs: Record<RequestName, object> = {
    reauthenticate: { accessToken: ids.token },
    leave: {},
    prepare: { roomId, consent },
    join: { roomId, consent },
    answerCall: { callId: things.callId, consent },
    declineCall: { callId: things.callId },
    watchPresence: { userIds: [ids.host] },
    intent: {},
    createTransport: { direction: 'send' },
    connectTransport: { transportId, dtlsParameters: dtlsParameters() },
    restartIce: { transportId },
    produce: { requestId: 'again', source: 'camera', rtpParameters: videoParameters() },
    pauseProducer: { producerId },
    resumeProducer: { producerId },
    closeProducer: { producerId },
    declareBackground: { producerId, changed: true },
    declareCamera: { producerId, virtual: true },
    setConsumerLayers: { consumerId, spatialLayer: 0 },
    pauseConsumer: { consumerId },
    resumeConsumer: { consumerId },
    sendChat: { requestId: 'x', text: 'hello' },
    ringPerson: { userId: ids.outsider },
    admitPeer: { peerId: things.waitingId },
    denyPeer: { peerId: things.waitingId },
    startChallenge: { kind: 'movement' },
    challengeStep: { challengeId: 'x', step: 0, shownAfterMs: 0 },
    refuseChallenge: { challengeId: 'x' },
    requestChallenge: { peerId, kind: 'movement' },
    requestReview: {},
    lockCall: { locked: true },
    setCheckPolicy: { mode: 'enforce', challenge: 'on_suspicion', everyMinutes: 10 },
    muteProducer: { peerId, enforced: true },
    muteEveryone: {},
    pauseVideo: { peerId },
    ejectPeer: { peerId },
    transferHost: { peerId },
    undoAction: { actionId: things.actionId },
    raiseHand: { raised: true },
    lowerHand: { peerId },
    react: { reaction: 'clap' },
    endCall: {},
    reportQuality: { bitrateBps: 1, loss: 0, rttMs: 1, freezeS: 0 },
  };
  return inputs[name];
}
