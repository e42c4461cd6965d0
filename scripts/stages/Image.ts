import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyOf, environmentOf, execForm, type Instruction, type Stage } from './dockerfile.ts';

/** Enters namespaces of its own, in which alone /proc and /dev are mounted below the root, and runs a command there. */
const enter = `
  root=$1; shift
  mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && exec chroot "$root" "$@"`;
export const isolated = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];

/** What a step may take; a worker is compiled in one of them. */
const stepTimeoutMs = 20 * 60_000;
const tailLines = 40;
const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

interface BuildOptions {
  stage: Stage;
  root: string;
  /** Earlier stages by name, for `COPY --from`. */
  images: ReadonlyMap<string, Image>;
  say: (text: string) => void;
}

/** A stage that was carried out: its files, and how its process is to run. */
export class Image {
  readonly root: string;
  env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
  workdir = '/';
  /** `uid:gid`. */
  user = '0:0';
  command: string[] = [];
  healthCheck: string[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  static async build({ stage, root, images, say }: BuildOptions): Promise<Image> {
    const image = new Image(root);
    for (const instruction of stage.instructions) {
      say(`line ${instruction.line}: ${instruction.name} ${instruction.text}`.slice(0, 110));
      await image.#carryOut(instruction, images);
    }
    return image;
  }

  async #carryOut({ name, text }: Instruction, images: ReadonlyMap<string, Image>): Promise<void> {
    if (name === 'RUN') await this.#run(text);
    else if (name === 'COPY') this.#copy(text, images);
    else if (name === 'ENV') Object.assign(this.env, environmentOf(text));
    else if (name === 'WORKDIR') {
      this.workdir = text;
      mkdirSync(join(this.root, text), { recursive: true });
    } else if (name === 'USER') this.user = text;
    else if (name === 'CMD') this.command = execForm(text);
    else if (name === 'HEALTHCHECK') this.healthCheck = execForm(text);
  }

  async #run(command: string): Promise<void> {
    assert.equal(this.user, '0:0', 'RUN after USER');
    const given = proxyVariables.flatMap((name) => (process.env[name] ? [`${name}=${process.env[name]}`] : []));
    const own = Object.entries({ ...this.env, HOME: '/root' }).map(([name, value]) => `${name}=${value}`);
    const inside = ['env', '-i', ...given, ...trusted(), ...own, 'sh', '-ec', `cd ${this.workdir} && ${command}`];
    const child = spawn('unshare', [...isolated, 'sh', '-ec', enter, 'sh', this.root, ...inside], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: stepTimeoutMs,
      killSignal: 'SIGKILL',
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        lines.push(...part.split('\n'));
        lines.splice(0, lines.length - tailLines);
      });
    }
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`this step ended with ${String(code)}:\n${lines.join('\n')}`);
  }

  #copy(text: string, images: ReadonlyMap<string, Image>): void {
    const { from, sources, target } = copyOf(text);
    const image = from === null ? null : images.get(from);
    if (image === undefined) throw new Error(`COPY from an unknown stage: ${text}`);
    const to = join(this.root, resolve(this.workdir, target));
    for (const source of sources.flatMap((name) => (image === null ? contextOf(name) : [name]))) {
      const place = image === null ? resolve(source) : join(image.root, source);
      const into =
        statSync(place).isDirectory() && source !== '.' && image !== null
          ? to
          : join(to, source.split('/').at(-1) ?? '');
      cpSync(place, into, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    }
  }

  /** What must not be in what runs: compilers, packages for development, how this machine reaches packages. */
  async check(say: (text: string) => void): Promise<void> {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const there = Object.keys(devDependencies).filter((name) => existsSync(join(this.root, 'app/node_modules', name)));
    // Those that a package of the server needs as well.
    const needed = neededAnyway();
    assert.deepEqual(
      there.filter((name) => !needed.has(name)),
      [],
    );
    for (const program of ['gcc', 'g++', 'cc', 'cmake', 'git', 'curl', 'wget']) {
      assert.ok(!existsSync(join(this.root, 'usr/bin', program)), program);
    }
    assert.deepEqual(readdirSync(join(this.root, 'app')).sort(), [
      '.cache',
      'config',
      'dist',
      'node_modules',
      'package.json',
    ]);
    const child = spawn('du', ['-sm', join(this.root, 'app')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let size = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (size += part));
    await once(child, 'close');
    say(`no compiler and no package for development in it; /app has ${parseInt(size)} MB`);
  }
}

/** Certificates that this machine trusts besides: of a proxy in between. */
function trusted(): string[] {
  return process.env.NODE_EXTRA_CA_CERTS ? ['NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'] : [];
}

/** What .dockerignore leaves of a source: it names what may be copied, one by one. */
function contextOf(source: string): string[] {
  const allowed = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  if (source === '.') return allowed;
  if (!allowed.includes(source)) throw new Error(`.dockerignore does not let ${source} through`);
  return [source];
}

/** Names in the lockfile that are not for development only. */
function neededAnyway(): Set<string> {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const places = Object.keys(packages).filter((place) => !packages[place]?.dev);
  return new Set(places.map((place) => place.replace(/^node_modules\//, '')));
}
