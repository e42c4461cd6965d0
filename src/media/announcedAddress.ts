import { isIP } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/**
 * The addresses at which clients are told to send media, the preferred one first.
 *
 * @param configured - From the configuration, separated by commas; null means: the first address of this machine that is not loopback,
 * IPv4 before IPv6, else 127.0.0.1.
 * @param interfaces - As `os.networkInterfaces()` gives them.
 */
export function announcedAddresses(
  configured: string | null,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string[] {
  if (configured !== null) return [...new Set(configured.split(',').map((address) => address.trim()))];
  const usable = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    // Link-local addresses cannot be told to others: they need a zone that only this machine knows.
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address));
  const chosen = usable.find(({ family }) => family === 'IPv4') ?? usable[0];
  return [chosen?.address ?? '127.0.0.1'];
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

/** What keeps browsers from sending media to the page's own port; null when nothing is seen. */
export function singlePortProblem(address: string, port: number): string | null {
  if (port >= 1024) return null;
  if (port !== 80 && port !== 443) {
    return `SINGLE_PORT with port ${String(port)}: browsers send media to no port below 1024 but 443 and 80. Use 443.`;
  }
  if (!isPrivate(address)) return null;
  return `SINGLE_PORT with port ${String(port)} and the private address ${address}: Chromium sends media to 443 and 80 at public addresses only. Use a port from 1024 on inside a private network.`;
}

/** Whether an address is of a private network, this machine or this link (RFC 1918, RFC 4193, RFC 3927). */
export function isPrivate(address: string): boolean {
  return (
    /^(10|127)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):|^::1$/i.test(
      address,
    ) || address === 'localhost'
  );
}
