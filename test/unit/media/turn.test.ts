import assert from 'node:assert/strict';
import { turnServers } from '../../../src/media/turn.ts';

describe('turnServers', () => {
  const options = { urls: ['turn:turn.example.org:3478', 'turns:turn.example.org:443'], secret: 'north', ttlS: 600 };

  it('computes what coturn computes of the same secret and name', () => {
    // printf '1700000600:peer' | openssl dgst -sha1 -hmac north -binary | base64
    assert.deepEqual(turnServers(options, 'peer', 1_700_000_000_123), [
      { urls: options.urls, username: '1700000600:peer', credential: 'S4f/8bGZZsnmd4N+HVqSTjcmomU=' },
    ]);
  });

  it('gives another password to everybody and at each time', () => {
    const [a, b, c] = [turnServers(options, 'a', 0), turnServers(options, 'b', 0), turnServers(options, 'a', 1000)];
    assert.equal(new Set([a, b, c].map((servers) => servers[0]?.credential)).size, 3);
  });

  it('gives nothing where there is no TURN server', () => {
    assert.deepEqual(turnServers({ ...options, urls: [] }, 'peer', 0), []);
  });
});
