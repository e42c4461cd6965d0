import assert from 'node:assert/strict';
import { addressesOf, portsOf, sharesPagePort, type NetworkPaths } from '../../../web/src/network/paths.ts';

describe('where the server takes media', () => {
  const paths: NetworkPaths = ['203.0.113.7', '10.1.2.3'].flatMap((address) => [
    { protocol: 'udp' as const, address, first_port: 40_000, last_port: 40_003 },
    { protocol: 'tcp' as const, address, first_port: 443, last_port: 443 },
  ]);

  it('is named by ports and addresses', () => {
    assert.equal(portsOf(paths, 'udp'), '40000–40003');
    assert.equal(portsOf(paths, 'tcp'), '443');
    assert.equal(portsOf([], 'udp'), '');
    assert.equal(addressesOf(paths), '203.0.113.7, 10.1.2.3');
  });

  it("is known to be the page's own port, written or not", () => {
    assert.ok(sharesPagePort(paths, { protocol: 'https:', port: '' }));
    assert.ok(!sharesPagePort(paths, { protocol: 'http:', port: '' }));
    assert.ok(!sharesPagePort(paths, { protocol: 'https:', port: '8443' }));
    assert.ok(!sharesPagePort([], { protocol: 'https:', port: '' }));
  });
});
