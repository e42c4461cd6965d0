import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { apiBase } from '../../src/protocol/rest.ts';
import { isolated, type Image } from './Image.ts';

const exec = promisify(execFile);
const healthyWithinMs = 60_000;
const stopWithinMs = 30_000;

/** As `docker run --read-only --tmpfs /tmp --volume …:/data`: the rest of the root cannot be written to. */
const enter = `
  root=$1 volume=$2; shift 2
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mount --bind "$volume" "$root/data"
  mount -o remount,bind,ro "$root"
  exec chroot "$root" "$@"`;

/** The image as a process: its user, no capabilities, namespaces for mounts and processes, the network of this machine. */
export class Container {
  readonly log: string[] = [];
  readonly #image: Image;
  readonly #child: ChildProcess;
  readonly #env: Record<string, string>;
  /** The first process inside; it is the server. */
  #pid = 0;

  private constructor(image: Image, child: ChildProcess, env: Record<string, string>) {
    this.#image = image;
    this.#child = child;
    this.#env = env;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.log.push(line));
    }
  }

  static async start(image: Image, volume: string): Promise<Container> {
    // A new volume has the content and the owner of the place that it is mounted on.
    await exec('cp', ['-a', `${image.root}/data`, volume]);
    const env = {
      ...image.env,
      HOST: '127.0.0.1',
      PORT: String(randomInt(15_000, 20_000)),
      RTC_PORT: String(randomInt(25_000, 30_000)),
      RTC_ADDRESS: '127.0.0.1',
      ANNOUNCED_ADDRESS: '127.0.0.1',
      WORKERS: '1',
    };
    const inside = [...asUser(image), ...withEnvironment(env), ...inFolder(image), ...image.command];
    const child = spawn('unshare', [...isolated, 'sh', '-ec', enter, 'sh', image.root, volume, ...inside], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Container(image, child, env);
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#env.PORT}`;
  }

  /** By the image's HEALTHCHECK, from inside. */
  async untilHealthy(): Promise<void> {
    const untilMs = Date.now() + healthyWithinMs;
    for (;;) {
      const failure = await this.#exec(this.#image.healthCheck).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) return;
      assert.ok(this.#child.exitCode === null, 'the server has ended');
      if (Date.now() > untilMs) throw new Error('it did not get healthy', { cause: failure });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async checkAnswers(): Promise<void> {
    assert.deepEqual(await (await fetch(`${this.#url}/healthz`)).json(), { status: 'ok' });
    const { ready } = (await (await fetch(`${this.#url}/readyz`)).json()) as { ready: boolean };
    assert.equal(ready, true);
    assert.match(await (await fetch(this.#url)).text(), /<title>Veritalk/);
  }

  async checkBounds(): Promise<void> {
    const [uid = ''] = this.#image.user.split(':');
    for (const pid of await this.#processes()) {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      assert.deepEqual(/^Uid:\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1), [uid, uid]);
      assert.deepEqual(/^CapEff:\s+(\w+)/m.exec(status)?.[1], '0000000000000000');
    }
    for (const place of ['/', '/app', '/app/dist', '/etc', '/usr/bin', '/app/node_modules']) {
      await assert.rejects(this.#exec(['touch', `${place}/written`]), /Read-only file system/);
    }
    for (const place of ['/data', '/tmp'])
      await this.#exec(['sh', '-c', `touch ${place}/written && rm ${place}/written`]);
  }

  /** The command of the documents, and that its password is one. */
  async checkAdmin(): Promise<void> {
    const command = ['node', 'dist/src/commands/admin.js', 'create', 'root', 'root@example.org', '--admin'];
    const password = /Password: (\S+)/.exec(await this.#exec(command))?.[1];
    const response = await fetch(`${this.#url}${apiBase}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'root', password }),
    });
    await response.body?.cancel();
    assert.equal(response.status, 200);
  }

  /** @returns The exit code; null if it had to be killed. */
  async stop(): Promise<number | null> {
    const exited = once(this.#child, 'exit') as Promise<[number | null]>;
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    process.kill(this.#inside(), 'SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
    const [code] = await exited;
    clearTimeout(timer);
    return code;
  }

  /** Runs a command as `docker exec` does: in the same namespaces, as the same user. @returns its output. */
  async #exec(command: readonly string[]): Promise<string> {
    const inside = [...asUser(this.#image), ...withEnvironment(this.#env), ...inFolder(this.#image), ...command];
    const into = ['--target', String(this.#inside()), '--mount', '--pid', '--root', '--wd'];
    return (await exec('nsenter', [...into, ...inside], { timeout: 60_000 })).stdout;
  }

  /** The server's process as this machine counts. */
  #inside(): number {
    if (this.#pid === 0) {
      const { pid } = this.#child;
      assert.ok(pid !== undefined);
      this.#pid = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
      assert.ok(this.#pid > 0, 'nothing runs inside');
    }
    return this.#pid;
  }

  async #processes(): Promise<number[]> {
    const below = (pid: number): number[] => {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
      return [pid, ...children.flatMap((child) => below(Number(child)))];
    };
    const found = below(this.#inside());
    // The server, a media worker, an analysis process and Postgres at least.
    assert.ok(found.length >= 4, `only ${found.length} processes`);
    return found;
  }
}

function asUser({ user }: Image): string[] {
  const [uid = '', gid = ''] = user.split(':');
  const ids = ['--reuid', uid, '--regid', gid, '--clear-groups'];
  return ['setpriv', ...ids, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
}

function withEnvironment(env: Record<string, string>): string[] {
  return ['env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
}

function inFolder({ workdir }: Image): string[] {
  return ['sh', '-c', `cd ${workdir} && exec "$@"`, 'sh'];
}
