import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Addresses that are not of the public Internet: this machine, private networks, link-local ones (where clouds keep
 * their metadata), carriers', documentation, multicast and reserved ones (IANA special-purpose registries of IPv4 and
 * IPv6, RFC 6890). Ranges that carry an IPv4 address inside (NAT64, 6to4, Teredo) are refused as a whole: no receiver has
 * its public address there. A mapped IPv4 address (`::ffff:a.b.c.d`) counts as what it is, which `BlockList` sees to.
 */
const special: readonly [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [network, bits] of special) blocked.addSubnet(network, bits, isIPv4(network) ? 'ipv4' : 'ipv6');

/** Whether an IP address is one of the public Internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const version = isIP(plain);
  return version !== 0 && !blocked.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}
