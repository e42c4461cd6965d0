import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { compiled } from '../compiled.ts';

const run = promisify(execFile);
const source = new URL('link.c', import.meta.url).pathname;

/** What a link does to packets; see `link.c`. `up` is from the client to the server. */
export interface LinkSettings {
  /** Milliseconds each way. */
  delay?: number;
  jitter?: number;
  /** Percent. */
  loss?: number;
  /** kbit/s; 0 is no limit. */
  rate?: number;
  /** Milliseconds of the rate that may wait. */
  queue?: number;
  cut?: 0 | 1;
  noudp?: 0 | 1;
  notcp?: 0 | 1;
  /** The one TCP port of the server that is open; 0: all are. */
  onlytcp?: number;
}

/** Addresses inside the namespaces; 203.0.113.0/24 and 198.51.100.0/24 are TEST-NETs (RFC 5737). */
export const serverAddress = '203.0.113.2';
const clientAddresses = ['10.77.1.2', '10.77.2.2'] as const;
const publicAddresses = ['198.51.100.7', '198.51.100.8'] as const;

/** Why links cannot be made here, in one sentence; null when they can. */
export function linksAreImpossible(): string | null {
  if (process.getuid?.() !== 0) return 'needs root, to make network namespaces';
  if (!existsSync('/dev/net/tun')) return 'needs /dev/net/tun';
  for (const [tool, argument] of [
    ['ip', '-V'],
    ['nsenter', '-V'],
    ['cc', '--version'],
  ] as const) {
    try {
      execFileSync(tool, [argument], { stdio: 'ignore' });
    } catch {
      return `needs the command ${tool}`;
    }
  }
  return null;
}

let links = 0;

/** Of the namespaces, and of the client's device. */
interface Names {
  client: string;
  server: string;
  device: string;
}

/**
 * A client's namespace and a server's, with a link between them whose faults are set while it runs. The client is
 * behind a NAT: the server never sees its own address.
 */
export class Link {
  readonly #child: ChildProcess;
  readonly #names: Names;
  #clientAddress: string = clientAddresses[0];
  #closed = false;

  static async open(): Promise<Link> {
    const id = `vt${String(process.pid % 100_000)}${String(links++)}`;
    const names = { client: `${id}c`, server: `${id}s`, device: `${id}a` };
    const child = spawn(await compiled(source), [names.device, `${id}b`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const link = new Link(child, names);
    try {
      await once(child.stdout, 'data');
      await link.#lay(`${id}b`);
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  private constructor(child: ChildProcess, names: Names) {
    this.#child = child;
    this.#names = names;
  }

  /** The command, with its first arguments, that runs a program on one side. */
  on(side: 'client' | 'server'): [command: string, ...args: string[]] {
    return ['nsenter', `--net=/run/netns/${this.#names[side]}`];
  }

  set(settings: LinkSettings, direction: 'up' | 'down' | 'both' = 'both'): void {
    for (const [name, value] of Object.entries(settings)) {
      this.#child.stdin!.write(`${direction} ${name} ${String(value)}\n`);
    }
  }

  /**
   * The client's machine moves to another network: other address of its own, other address outside.
   *
   * @param withoutMs - How long it has none; long enough, and the browser notices.
   */
  async switchNetwork(withoutMs: number): Promise<void> {
    const [before, after] = this.#clientAddress === clientAddresses[0] ? [0, 1] : [1, 0];
    const { client, device } = this.#names;
    await run('ip', ['-n', client, 'addr', 'del', `${clientAddresses[before]!}/24`, 'dev', device]);
    this.#translate(after);
    await new Promise((resolve) => setTimeout(resolve, withoutMs));
    await run('ip', ['-n', client, 'addr', 'add', `${clientAddresses[after]!}/24`, 'dev', device]);
    await run('ip', ['-n', client, 'route', 'replace', 'default', 'dev', device]);
  }

  /** The NAT forgets its mapping and takes another address outside. Nobody is told of it. */
  rebind(): void {
    this.#child.stdin!.write(`both nat ${publicAddresses[1]}\n`);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const exited = this.#child.exitCode === null ? once(this.#child, 'exit') : null;
    this.#child.stdin!.end();
    await exited;
    for (const name of [this.#names.client, this.#names.server]) {
      await run('ip', ['netns', 'del', name]).catch(() => undefined); // It may never have come to be.
    }
  }

  #translate(index: number): void {
    this.#clientAddress = clientAddresses[index]!;
    this.#child.stdin!.write(`both client ${this.#clientAddress}\nboth nat ${publicAddresses[index]!}\n`);
  }

  async #lay(serverDevice: string): Promise<void> {
    const { client, server, device } = this.#names;
    const ip = (...args: string[]): Promise<unknown> => run('ip', args);
    for (const [name, dev, address] of [
      [client, device, `${clientAddresses[0]}/24`],
      [server, serverDevice, `${serverAddress}/24`],
    ] as const) {
      await ip('netns', 'add', name);
      await ip('-n', name, 'link', 'set', 'lo', 'up');
      await ip('link', 'set', dev, 'netns', name);
      await ip('-n', name, 'addr', 'add', address, 'dev', dev);
      await ip('-n', name, 'link', 'set', dev, 'up');
    }
    await ip('-n', client, 'route', 'add', 'default', 'dev', device);
    await ip('-n', server, 'route', 'add', '198.51.100.0/24', 'dev', serverDevice);
    this.#translate(0);
  }
}
