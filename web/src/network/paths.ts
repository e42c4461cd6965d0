import type { RouteResponse } from '../../../src/protocol/rest.ts';
import type { MediaProtocol } from '../../../src/protocol/values.ts';

/** Where the server takes media. */
export type NetworkPaths = RouteResponse<'networkCheck'>['paths'];

/** The ports of a protocol, as `40000` or `40000–40003`; empty while unknown. */
export function portsOf(paths: NetworkPaths, protocol: MediaProtocol): string {
  const path = paths.find((p) => p.protocol === protocol);
  if (!path) return '';
  const { first_port: first, last_port: last } = path;
  return first === last ? String(first) : `${String(first)}–${String(last)}`;
}

/** All addresses that are announced, the preferred one first. */
export function addressesOf(paths: NetworkPaths): string {
  return [...new Set(paths.map(({ address }) => address))].join(', ');
}

/** Whether media by TCP use the port that the page came from, so that one open port is enough. */
export function sharesPagePort(paths: NetworkPaths, { port, protocol }: Pick<Location, 'port' | 'protocol'>): boolean {
  const own = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return portsOf(paths, 'tcp') === own;
}
