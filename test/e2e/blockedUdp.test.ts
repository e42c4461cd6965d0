import assert from 'node:assert/strict';
import { CallOverLink } from '../../scripts/network/CallOverLink.ts';
import { linksAreImpossible } from '../../scripts/network/Link.ts';

const impossible = linksAreImpossible();

describe(`behind a NAT, in a namespace of its own${impossible ? ` (not run: ${impossible})` : ''}`, function () {
  if (impossible) return;
  this.timeout(120_000);
  let call: CallOverLink;

  before(async () => {
    call = await CallOverLink.open();
  });
  after(() => call.close());

  it('a call takes UDP, and TCP where UDP is blocked', async () => {
    for (const protocol of ['udp', 'tcp'] as const) {
      call.link.set({ noudp: protocol === 'tcp' ? 1 : 0 });
      await call.call();
      const { far } = await call.read();
      assert.deepEqual([...new Set(far.protocols)], [protocol]);
      await call.hangUp();
    }
  });

  it('the network test says so', async () => {
    const { page } = call.far;
    await page.getByTestId('nav-network').click();
    await page.locator('[data-testid="network"][data-verdict="tcp"]').waitFor({ timeout: 30_000 });
  });
});
