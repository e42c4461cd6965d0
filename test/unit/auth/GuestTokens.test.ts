import assert from 'node:assert/strict';
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { AccessTokens } from '../../../src/auth/AccessTokens.ts';
import { GuestTokens } from '../../../src/auth/GuestTokens.ts';
import { forgedTokens } from '../../support/forgedTokens.ts';

describe('GuestTokens', () => {
  const key = createSecretKey(randomBytes(32));
  const guests = new GuestTokens(key, 3600);
  const members = new AccessTokens(key, 900);
  const [guestId, callId, linkId] = [randomUUID(), randomUUID(), randomUUID()];
  const expiresAt = new Date('2030-01-01T00:00:00Z');

  it('reads back what it signed', () => {
    const { token, expiresAt: until } = guests.sign(guestId, callId, new Date());
    assert.deepEqual(guests.verify(token), { guestId, callId, expiresAt: until });
    assert.deepEqual(guests.readLink(guests.signLink({ linkId, expiresAt })), { linkId, expiresAt });
  });

  it('takes no kind of token for another', () => {
    const kinds = {
      guest: guests.sign(guestId, callId, new Date()).token,
      member: members.sign(guestId, 's'.repeat(43), new Date()).token,
      link: guests.signLink({ linkId, expiresAt }),
    };
    const readers: Record<keyof typeof kinds, (text: string) => unknown> = {
      guest: (text) => guests.verify(text),
      member: (text) => members.verify(text),
      link: (text) => guests.readLink(text) ?? assert.fail('not a link'),
    };
    for (const [kind, text] of Object.entries(kinds)) {
      for (const [reader, read] of Object.entries(readers)) {
        if (kind === reader) assert.doesNotThrow(() => read(text));
        else assert.throws(() => read(text), `${reader} took a ${kind}`);
      }
    }
    assert.deepEqual(
      Object.values(kinds).map((text) => GuestTokens.claims(text)),
      [true, false, false],
    );
  });

  it('refuses every forged token', () => {
    for (const [name, token] of forgedTokens(guests.sign(guestId, callId, new Date()).token)) {
      assert.throws(() => guests.verify(token), { code: 'TOKEN_INVALID' }, name);
    }
  });

  it('refuses a token that has expired, is of the future, or of another server', () => {
    const hourMs = 3_600_000;
    const at = (ms: number): string => guests.sign(guestId, callId, new Date(Date.now() + ms)).token;
    assert.throws(() => guests.verify(at(-hourMs - 6000)), { code: 'TOKEN_EXPIRED' });
    assert.throws(() => guests.verify(at(hourMs)), { code: 'TOKEN_INVALID' });
    const other = new GuestTokens(createSecretKey(randomBytes(32)), 3600);
    assert.throws(() => other.verify(at(0)), { code: 'TOKEN_INVALID' });
    assert.equal(other.readLink(guests.signLink({ linkId, expiresAt })), null);
  });

  it('reads no link of which a single bit is different', () => {
    const bytes = Buffer.from(guests.signLink({ linkId, expiresAt }), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.equal(guests.readLink(changed.toString('base64url')), null);
    }
    for (const text of ['', 'x', '=', 'a'.repeat(48), `${guests.signLink({ linkId, expiresAt })}=`]) {
      assert.equal(guests.readLink(text), null);
    }
  });
});
