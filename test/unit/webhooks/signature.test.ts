import assert from 'node:assert/strict';
import { signatureOf } from '../../../src/webhooks/signature.ts';

describe('the signature of webhooks', () => {
  // The example of the Standard Webhooks libraries' own tests.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const body = '{"test": 2432232314}';
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('is that of the standard', () => assert.equal(signatureOf(secret, id, 1614265330, body), signature));

  it('takes the secret with and without its prefix', () => {
    assert.equal(signatureOf(secret.slice('whsec_'.length), id, 1614265330, body), signature);
  });

  it('is another one for another id, time, body or secret', () => {
    const others = [
      signatureOf(secret, `${id}x`, 1614265330, body),
      signatureOf(secret, id, 1614265331, body),
      signatureOf(secret, id, 1614265330, `${body} `),
      signatureOf(secret.replace('M', 'N'), id, 1614265330, body),
    ];
    assert.equal(new Set([signature, ...others]).size, 5);
  });
});
