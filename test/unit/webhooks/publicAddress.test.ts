import assert from 'node:assert/strict';
import { isPublicAddress } from '../../../src/webhooks/publicAddress.ts';

describe('the addresses that a webhook may go to', () => {
  const refused = [
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.254'],
    ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.168.1.1', '198.18.0.1'],
    ...['198.51.100.7', '203.0.113.9', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1'],
    ...['2001::1', '2001:db8::1', '2002:7f00:1::', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
    ...['ff02::1', '', 'localhost', '127.1', '2130706433', '0x7f000001'],
  ];
  for (const address of refused) {
    it(`leaves out ${address === '' ? 'nothing at all' : address}`, () =>
      assert.equal(isPublicAddress(address), false));
  }

  for (const address of [
    '8.8.8.8',
    '::ffff:8.8.8.8',
    '1.1.1.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.32.0.1',
    '223.5.5.5',
    '2606:4700::1111',
    '2400:3200::1',
  ]) {
    it(`has ${address}`, () => assert.equal(isPublicAddress(address), true));
  }
});
