import type { MediaProtocol } from '../../../src/protocol/values.ts';
import type { Measured } from './Probe.ts';

/** How one path did; `untested` when the server had no transport for it. */
export type PathResult =
  { state: 'running' } | { state: 'untested' } | { state: 'blocked' } | ({ state: 'works' } & Measured);

export interface NetworkResults {
  /** REST and the socket; its loss is not measured, since TCP hides it. */
  signalling: PathResult;
  media: Readonly<Record<MediaProtocol, PathResult>>;
}

/** One sentence about calls over this network. */
export type Verdict = 'running' | 'untested' | 'good' | 'tcp' | 'weak' | 'no_media' | 'no_signalling';

/** Beyond these a call is noticeably worse (ITU-T G.114 for delay; VP8 without repair stutters from 5 % loss on). */
const weakRttMs = 300;
const weakLoss = 0.05;

export const unknown: NetworkResults = {
  signalling: { state: 'running' },
  media: { udp: { state: 'running' }, tcp: { state: 'running' } },
};

/** Media take UDP where it works, else TCP; the path that is taken decides. */
export function verdictOf({ signalling, media }: NetworkResults): Verdict {
  if (signalling.state === 'blocked') return 'no_signalling';
  if ([signalling, media.udp, media.tcp].some(({ state }) => state === 'running')) return 'running';
  const used = media.udp.state === 'works' ? media.udp : media.tcp;
  if (used.state !== 'works')
    return media.udp.state === 'untested' || used.state === 'untested' ? 'untested' : 'no_media';
  if (used.rttMs > weakRttMs || used.loss > weakLoss) return 'weak';
  return used === media.udp ? 'good' : 'tcp';
}

/** What an administrator should open, in the order of its worth. */
export function advice({ media }: NetworkResults): MediaProtocol[] {
  return (['udp', 'tcp'] as const).filter((protocol) => media[protocol].state === 'blocked');
}
