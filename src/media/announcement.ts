import type { types } from 'mediasoup';
import type { TurnOptions } from './turn.ts';

/** How clients are told to reach the workers. */
export interface Announcement {
  /** Addresses or host names of this server, such as one inside a company and one outside. */
  addresses: readonly string[];
  /** The TCP port that takes media, whatever the worker. */
  tcpPort: number;
  /** For clients that get through to none of them. */
  turn: TurnOptions;
}

/** ICE candidates as clients are told them: one for each address and protocol; those named first are preferred. */
export function announcedCandidates(
  candidates: readonly types.IceCandidate[],
  { addresses, tcpPort }: Pick<Announcement, 'addresses' | 'tcpPort'>,
): types.IceCandidate[] {
  // A worker that listens on several of its own addresses has one port for all of them.
  const kinds = (['udp', 'tcp'] as const).flatMap((protocol) => candidates.find((c) => c.protocol === protocol) ?? []);
  return kinds.flatMap((candidate) =>
    addresses.map((address, i) => ({
      ...candidate,
      address,
      ip: address,
      port: candidate.protocol === 'tcp' ? tcpPort : candidate.port,
      foundation: `${candidate.foundation}${i === 0 ? '' : String(i)}`,
      priority: candidate.priority - i,
    })),
  );
}
