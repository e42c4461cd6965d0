import { get, type IncomingMessage } from 'node:http';
import { get as getTls } from 'node:https';
import { once } from 'node:events';
import type { Config } from '../config.ts';
import { StartError } from '../errors.ts';
import { runCommand } from './command.ts';

const usage = `usage: npm run health

Asks the server with this configuration, on this machine, whether it answers (/healthz). Exit code 1 if it does not.`;

const timeoutMs = 4000;

runCommand(usage, async (_args, { server }) => {
  const status = await ask(server).catch((error: unknown) => {
    throw new StartError('The server does not answer.', { cause: error });
  });
  if (status !== 200) throw new StartError(`The server answers ${status}.`);
  console.log('The server answers.');
});

async function ask({ host, port, tls, tlsSelfSigned }: Config['server']): Promise<number> {
  const own: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const target = { host: own[host] ?? host, port, path: '/healthz', timeout: timeoutMs, agent: false };
  // A certificate is for the name that browsers use, not for this address; nothing secret is sent.
  const request = tls || tlsSelfSigned ? getTls({ ...target, rejectUnauthorized: false }) : get(target);
  request.once('timeout', () => request.destroy(new Error('timeout')));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}
