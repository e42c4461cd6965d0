import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proxyProgram } from '../../scripts/setup/proxies.mjs';
import { makeCertificate } from '../../src/http/selfSignedCertificate.ts';

const root = new URL('../..', import.meta.url).pathname;
const startTimeoutMs = 20_000;

export interface ProxyPorts {
  /** For https, and for http where the documents have it. */
  https: number;
  http: number;
  /** Of the server behind. */
  upstream: number;
}

interface Place {
  folder: string;
  ports: ProxyPorts;
  cert: string;
  key: string;
}

/** A proxy that runs what docs/proxy/ says, but for its ports, its name and its certificate. */
interface Kind {
  document: string;
  /** Exact text of the document, and what stands there in the test. */
  changes(place: Place): [from: string, to: string][];
  /** What has to stand around the document, and how the program is told of it. */
  wrap(text: string, place: Place): string;
  args(file: string, place: Place): string[];
}

const kinds = {
  nginx: {
    document: 'docs/proxy/nginx.conf',
    changes: ({ ports, cert, key }) => [
      ['listen 80;', `listen 127.0.0.1:${ports.http};`],
      ['listen [::]:80;', ''],
      ['listen 443 ssl http2;', `listen 127.0.0.1:${ports.https} ssl http2;`],
      ['listen [::]:443 ssl http2;', ''],
      ['/etc/ssl/calls.example.org/fullchain.pem', cert],
      ['/etc/ssl/calls.example.org/privkey.pem', key],
      ['127.0.0.1:8000', `127.0.0.1:${ports.upstream}`],
    ],
    // What Debian's /etc/nginx/nginx.conf does around conf.d, with every file in the folder of the test.
    wrap: (text, { folder }) => `
      pid ${folder}/nginx.pid;
      error_log stderr warn;
      worker_processes 1;
      events { worker_connections 256; }
      http {
        access_log off;
        client_body_temp_path ${folder}/body;
        proxy_temp_path ${folder}/proxied;
        fastcgi_temp_path ${folder}/fastcgi;
        uwsgi_temp_path ${folder}/uwsgi;
        scgi_temp_path ${folder}/scgi;
        ${text}
      }`,
    args: (file, { folder }) => ['-e', 'stderr', '-p', folder, '-c', file, '-g', 'daemon off;'],
  },
  caddy: {
    document: 'docs/proxy/Caddyfile',
    changes: ({ ports, cert, key }) => [
      ['\ncalls.example.org {', `\nhttps://127.0.0.1:${ports.https} {\n\ttls ${cert} ${key}`],
      ['127.0.0.1:8000', `127.0.0.1:${ports.upstream}`],
    ],
    wrap: (text, { ports }) => `{\n\tadmin off\n\thttp_port ${ports.http}\n\tdefault_bind 127.0.0.1\n}\n${text}`,
    args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
} satisfies Record<string, Kind>;

export type ProxyName = keyof typeof kinds;
export const proxyNames = Object.keys(kinds) as ProxyName[];

export class Proxy {
  /** The certificate, which clients have to be told of. */
  readonly ca: string;
  readonly url: string;
  readonly httpUrl: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, ports: ProxyPorts, ca: string) {
    this.#child = child;
    this.#folder = folder;
    this.ca = ca;
    this.url = `https://127.0.0.1:${ports.https}`;
    this.httpUrl = `http://127.0.0.1:${ports.http}`;
  }

  /** Whether the program is here; setup gets it where it can. */
  static has(name: ProxyName): boolean {
    return proxyProgram(name) !== null;
  }

  static async start(name: ProxyName, ports: ProxyPorts): Promise<Proxy> {
    const program = proxyProgram(name);
    assert.ok(program !== null);
    const kind: Kind = kinds[name];
    const folder = await mkdtemp(join(tmpdir(), `veritalk-${name}-`));
    const place = { folder, ports, cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const { cert, key } = makeCertificate(['127.0.0.1'], new Date());
    await writeFile(place.cert, cert);
    await writeFile(place.key, key);
    const file = join(folder, 'configuration');
    await writeFile(file, kind.wrap(await changed(kind, place), place));
    const home = join(folder, 'home');
    await mkdir(home);
    const child = spawn(program, kind.args(file, place), {
      env: { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    for (const port of [ports.https, ports.http]) await listening(child, port, () => said);
    return new Proxy(child, folder, ports, cert);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function changed(kind: Kind, place: Place): Promise<string> {
  let text = await readFile(join(root, kind.document), 'utf8');
  for (const [from, to] of kind.changes(place)) {
    assert.ok(text.includes(from), `${kind.document} does not say "${from}" any more`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Nothing tells that a proxy listens but that it does. */
async function listening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  const untilMs = Date.now() + startTimeoutMs;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    assert.ok(child.exitCode === null && Date.now() < untilMs, `the proxy does not listen:\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
