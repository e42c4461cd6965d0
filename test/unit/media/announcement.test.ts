import assert from 'node:assert/strict';
import type { types } from 'mediasoup';
import { announcedCandidates } from '../../../src/media/announcement.ts';

function candidate(protocol: 'udp' | 'tcp', address: string, port: number): types.IceCandidate {
  const tcp = protocol === 'tcp' ? { tcpType: 'passive' as const } : {};
  const priority = protocol === 'udp' ? 2000 : 1000;
  return { foundation: `${protocol}candidate`, priority, ip: address, address, protocol, port, type: 'host', ...tcp };
}

describe('announcedCandidates', () => {
  const own = [
    candidate('udp', '0.0.0.0', 40_001),
    candidate('udp', '::', 40_001),
    candidate('tcp', '127.0.0.1', 61_234),
  ];

  it('names each announced address once a protocol, and no other', () => {
    const told = announcedCandidates(own, { addresses: ['203.0.113.7', '10.1.2.3'], tcpPort: 443 });
    assert.deepEqual(
      told.map(({ protocol, address, ip, port, tcpType }) => [protocol, address, ip, port, tcpType]),
      [
        ['udp', '203.0.113.7', '203.0.113.7', 40_001, undefined],
        ['udp', '10.1.2.3', '10.1.2.3', 40_001, undefined],
        ['tcp', '203.0.113.7', '203.0.113.7', 443, 'passive'],
        ['tcp', '10.1.2.3', '10.1.2.3', 443, 'passive'],
      ],
    );
  });

  it('prefers UDP to TCP, and what was named first', () => {
    const told = announcedCandidates(own, { addresses: ['a.example', 'b.example'], tcpPort: 443 });
    const priorities = told.map(({ priority }) => priority);
    assert.deepEqual(
      [...priorities].sort((a, b) => b - a),
      priorities,
    );
    assert.equal(new Set(told.map(({ foundation }) => foundation)).size, told.length);
  });

  it('keeps to the protocols that a transport has', () => {
    const told = announcedCandidates([own[2]!], { addresses: ['203.0.113.7'], tcpPort: 443 });
    assert.deepEqual(
      told.map(({ protocol }) => protocol),
      ['tcp'],
    );
  });
});
