import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, selfSignedCertificate } from '../../../src/http/selfSignedCertificate.ts';

describe('the certificate for a trial', () => {
  it('is a valid X.509 certificate for localhost and the addresses, signed with its own key', () => {
    const now = new Date('2026-11-24T12:00:00Z');
    const { cert, key } = makeCertificate(['127.0.0.1', '192.168.17.250'], now);
    const certificate = new X509Certificate(cert);
    assert.equal(certificate.subject, 'CN=Veritalk');
    assert(certificate.checkPrivateKey(createPrivateKey(key)));
    assert(certificate.verify(certificate.publicKey));
    assert.equal(certificate.checkHost('localhost'), 'localhost');
    assert.equal(certificate.checkIP('192.168.17.250'), '192.168.17.250');
    assert.equal(certificate.checkIP('192.168.17.251'), undefined);
    assert.equal(new Date(certificate.validFrom).toISOString(), '2026-11-23T12:00:00.000Z');
    assert.equal(new Date(certificate.validTo).toISOString(), '2027-11-24T12:00:00.000Z');
    assert.equal(certificate.ca, false);
  });

  it('is kept, with a key that nobody else can read, until a week before it runs out', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'veritalk-cert-')), 'tls');
    const day = 24 * 60 * 60 * 1000;
    try {
      const read = async (now: Date): Promise<string> =>
        readFile((await selfSignedCertificate(folder, now)).cert, 'utf8');
      const start = Date.now();
      const first = await read(new Date(start));
      assert.equal((await stat(join(folder, 'self-signed.key'))).mode & 0o777, 0o600);
      assert.equal(await read(new Date(start + 300 * day)), first);
      assert.notEqual(await read(new Date(start + 360 * day)), first);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
