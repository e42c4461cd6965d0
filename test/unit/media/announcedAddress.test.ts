import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { announcedAddresses, announcedAddressProblem, singlePortProblem } from '../../../src/media/announcedAddress.ts';

function address(address: string, internal = false): NetworkInterfaceInfo {
  const family = address.includes(':') ? { family: 'IPv6' as const, scopeid: 0 } : { family: 'IPv4' as const };
  return { address, netmask: '', mac: '', internal, cidr: null, ...family };
}

describe('announcedAddresses', () => {
  it('takes what is configured', () => {
    assert.deepEqual(announcedAddresses('calls.example.org', {}), ['calls.example.org']);
    assert.deepEqual(announcedAddresses('203.0.113.7, 10.1.2.3,203.0.113.7', {}), ['203.0.113.7', '10.1.2.3']);
  });

  it('takes the first IPv4 address that others can reach', () => {
    const interfaces = {
      lo: [address('127.0.0.1', true)],
      eth0: [address('fe80::1'), address('2001:db8::5'), address('192.0.2.7')],
    };
    assert.deepEqual(announcedAddresses(null, interfaces), ['192.0.2.7']);
  });

  it('takes IPv6 where there is nothing else, and loopback at last', () => {
    assert.deepEqual(announcedAddresses(null, { eth0: [address('fe80::1'), address('2001:db8::5')] }), ['2001:db8::5']);
    assert.deepEqual(announcedAddresses(null, { lo: [address('127.0.0.1', true)] }), ['127.0.0.1']);
  });
});

describe('announcedAddressProblem', () => {
  it('says nothing about a usable address', () => {
    assert.equal(announcedAddressProblem('192.0.2.7', '0.0.0.0'), null);
    assert.equal(announcedAddressProblem('127.0.0.1', '127.0.0.1'), null);
  });

  it('names addresses to which nobody else can send', () => {
    for (const bad of ['0.0.0.0', '::', '127.0.0.1', 'localhost']) {
      assert.match(announcedAddressProblem(bad, '0.0.0.0') ?? '', /ANNOUNCED_ADDRESS/, bad);
    }
    assert.match(announcedAddressProblem('not an address', '0.0.0.0') ?? '', /neither/);
  });
});

describe('singlePortProblem', () => {
  it('says nothing about ports that browsers take', () => {
    assert.equal(singlePortProblem('203.0.113.7', 443), null);
    assert.equal(singlePortProblem('media.example.org', 443), null);
    assert.equal(singlePortProblem('10.1.2.3', 8443), null);
  });

  it('names ports and addresses that browsers refuse', () => {
    assert.match(singlePortProblem('203.0.113.7', 444) ?? '', /no port below 1024/);
    for (const address of ['10.1.2.3', '192.168.0.9', '172.20.0.1', 'fd00::1', '127.0.0.1']) {
      assert.match(singlePortProblem(address, 443) ?? '', /public addresses only/, address);
    }
  });
});
