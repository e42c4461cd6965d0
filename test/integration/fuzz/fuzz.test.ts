import assert from 'node:assert/strict';
import { fuzzRest } from '../../../scripts/fuzz/rest.ts';
import { fuzzSocket } from '../../../scripts/fuzz/socket.ts';
import { seedOf } from '../../support/random.ts';

/** Small shares of `npm run fuzz`, which draws a new seed each time; here it is always the same one, or SEED. */
const seed = seedOf(process.env.SEED ?? '1');

describe(`hostile input (seed ${seed})`, function () {
  this.timeout(300_000);

  it('over REST, 5,000 requests: each is answered in its form, and nobody else’s things change', async () => {
    const { answers, broken } = await fuzzRest(5000, seed);
    assert.deepEqual(broken, []);
    for (const status of [200, 400, 401, 403, 404, 405, 415]) assert.ok(answers[status], JSON.stringify(answers));
  });

  it('over sockets, 5,000 messages: each that asks for an answer gets one, and calls go on', async () => {
    const { answers, broken } = await fuzzSocket(5000, seed);
    assert.deepEqual(broken, []);
    for (const code of ['ok', 'VALIDATION', 'NOT_JOINED', 'FORBIDDEN'])
      assert.ok(answers[code], JSON.stringify(answers));
  });
});
