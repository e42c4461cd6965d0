import { isIP } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/**
 * The address at which clients are told to send media.
 *
 * @param configured - From the configuration; null means: the first address of this machine that is not loopback,
 * IPv4 before IPv6, else 127.0.0.1.
 * @param interfaces - As `os.networkInterfaces()` gives them.
 */
export function announcedAddress(
  configured: string | null,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string {
  if (configured !== null) return configured;
  const usable = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    // Link-local addresses cannot be told to others: they need a zone that only this machine knows.
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address));
  const chosen = usable.find(({ family }) => family === 'IPv4') ?? usable[0];
  return chosen?.address ?? '127.0.0.1';
}

/** What is wrong with an announced address, in one sentence for whoever runs the server; null when nothing is seen. */
export function announcedAddressProblem(address: string, host: string): string | null {
  if (address === '0.0.0.0' || address === '::') {
    return `ANNOUNCED_ADDRESS is ${address}, to which nobody can send: set it to the address at which clients reach this machine.`;
  }
  const loopback = address === '::1' || address.startsWith('127.') || address === 'localhost';
  if (loopback && !['127.0.0.1', '::1', 'localhost'].includes(host)) {
    return `Media are announced at ${address}: only browsers on this machine can take part in calls. Set ANNOUNCED_ADDRESS for others.`;
  }
  if (isIP(address) === 0 && !/^[A-Za-z0-9.-]+$/.test(address)) {
    return `ANNOUNCED_ADDRESS "${address}" is neither an IP address nor a host name.`;
  }
  return null;
}
