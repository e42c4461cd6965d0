import assert from 'node:assert/strict';
import { CallOverLink } from '../../scripts/network/CallOverLink.ts';
import { linksAreImpossible } from '../../scripts/network/Link.ts';

const impossible = linksAreImpossible();

describe(`through TCP port 443 and nothing else${impossible ? ` (not run: ${impossible})` : ''}`, function () {
  if (impossible) return;
  this.timeout(120_000);
  let call: CallOverLink;

  before(async () => {
    call = await CallOverLink.open({ singlePort: true, env: { WORKERS: '2' } });
    call.link.set({ noudp: 1, onlytcp: 443 });
  });
  after(() => call.close());

  it('pages, sockets and the media of a call get through', async () => {
    await call.call();
    const { far } = await call.read();
    assert.deepEqual([...new Set(far.protocols)], ['tcp']);
    assert.deepEqual([...new Set(far.remotePorts)], [443]);
    await call.hangUp();
  });

  it('the network test says so', async () => {
    const { page } = call.far;
    await page.getByTestId('nav-network').click();
    const screen = page.locator('[data-testid="network"][data-verdict="tcp"]');
    await screen.waitFor({ timeout: 30_000 });
    const row = screen.locator('tr[data-state="works"]', { hasText: 'TCP 443' });
    await row.getByText('the same port as this page').waitFor();
  });

  it('the server still knows the address of each client', async () => {
    const addresses = await call.far.page.evaluate(async () => {
      const refreshed = await fetch('/api/v1/auth/refresh', { method: 'POST' });
      const { access_token: token } = (await refreshed.json()) as { access_token: string };
      const answer = await fetch('/api/v1/auth/sessions', { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { sessions: { ip_address: string }[] }).sessions.map((s) => s.ip_address);
    });
    assert.deepEqual(addresses, ['198.51.100.7']);
  });
});
