import type { NetworkProbe, RouteResponse } from '../protocol/rest.ts';
import type { MediaPath, MediaProtocol } from '../protocol/values.ts';

/** What http/ needs of media for the network test. */
export interface NetworkChecks {
  readonly paths: readonly MediaPath[];
  /** @throws AppError RATE_LIMITED or CAPACITY. */
  open(request: {
    userId: string;
    protocol: MediaProtocol;
    fingerprint: string;
    ssrc: number;
    payloadType: number;
  }): Promise<OpenedCheck>;
}

/** Structurally the probe of media/. */
interface OpenedCheck {
  iceParameters: { usernameFragment: string; password: string };
  iceCandidates: readonly { foundation: string; priority: number; address: string; port: number }[];
  fingerprint: string;
  lastsS: number;
}

export function toNetworkPath(path: MediaPath): RouteResponse<'networkCheck'>['paths'][number] {
  const { protocol, address, firstPort, lastPort } = path;
  return { protocol, address, first_port: firstPort, last_port: lastPort };
}

export function toNetworkProbe(protocol: MediaProtocol, check: OpenedCheck): NetworkProbe {
  const { iceParameters, iceCandidates, fingerprint, lastsS } = check;
  return {
    protocol,
    ice: { username_fragment: iceParameters.usernameFragment, password: iceParameters.password },
    candidates: iceCandidates.map(({ foundation, priority, address, port }) => ({
      foundation,
      priority,
      address,
      port,
    })),
    fingerprint,
    lasts_s: lastsS,
  };
}
