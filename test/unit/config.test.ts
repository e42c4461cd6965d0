import assert from 'node:assert/strict';
import { mkdtempSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { ConfigError, effectiveSettings, loadConfig, type Config } from '../../src/config.ts';

describe('loadConfig', () => {
  let cwd: string;

  before(() => {
    cwd = mkdtempSync(join(tmpdir(), 'veritalk-config-'));
    cpSync(new URL('../../config', import.meta.url).pathname, join(cwd, 'config'), { recursive: true });
    writeFileSync(join(cwd, 'cert.pem'), 'a certificate');
    writeFileSync(join(cwd, 'key.pem'), 'a key');
  });

  after(() => rmSync(cwd, { recursive: true }));

  const load = (env: NodeJS.ProcessEnv): Config => loadConfig({ env, cwd });

  it('needs no variable at all', () => {
    const config = load({});
    assert.equal(config.server.port, 8000);
    assert.equal(config.rtc.port, 40000);
    assert.equal(config.database.url, null);
    assert.equal(config.server.tls, null);
    assert.equal(config.dataDir, join(cwd, 'data'));
    assert.equal(config.production, false);
  });

  it('takes every variable of the documentation', () => {
    const config = load({
      PORT: '9000',
      HOST: '::1',
      PUBLIC_URL: 'https://calls.example.org/',
      TRUST_PROXY: '10.0.0.0/8, fd00::/8',
      ALLOWED_ORIGINS: 'https://a.example.org, http://localhost:3000',
      TLS_CERT: 'cert.pem',
      TLS_KEY: join(cwd, 'key.pem'),
      DATA_DIR: '/srv/veritalk',
      DATABASE_URL: 'postgres://u:k7Rw2mXq@db/veritalk',
      RTC_PORT: '41000',
      RTC_ADDRESS: '10.1.2.3',
      ANNOUNCED_ADDRESS: 'media.example.org, 10.1.2.3',
      SINGLE_PORT: 'yes',
      WORKERS: '3',
      SCAN_INTERVAL_MS: '5000',
      REGISTRATION: 'closed',
      LOG_LEVEL: 'debug',
      NODE_ENV: 'production',
    });
    assert.deepEqual(config.server, {
      port: 9000,
      host: '::1',
      publicUrl: 'https://calls.example.org',
      trustProxy: '10.0.0.0/8, fd00::/8',
      allowedOrigins: ['https://a.example.org', 'http://localhost:3000'],
      tlsSelfSigned: false,
      drainS: 900,
      connections: 10_000,
      connectionsPerAddress: 1000,
      tls: { cert: join(cwd, 'cert.pem'), key: join(cwd, 'key.pem') },
    });
    assert.equal(config.dataDir, '/srv/veritalk');
    assert.equal(config.database.url, 'postgres://u:k7Rw2mXq@db/veritalk');
    assert.deepEqual(config.rtc, {
      port: 41000,
      address: '10.1.2.3',
      announcedAddress: 'media.example.org, 10.1.2.3',
      singlePort: true,
      fullAtLoad: 0.85,
      workers: 3,
    });
    assert.equal(config.analysis.scanIntervalMs, 5000);
    assert.equal(config.auth.registration, 'closed');
    assert.equal(config.log.level, 'debug');
    assert.equal(config.production, true);
  });

  it('takes a TURN server with its secret, and neither alone', () => {
    const env = { TURN_URLS: 'turn:turn.example.org:3478, turns:turn.example.org', TURN_SECRET: 'k7Rw2mXq' };
    assert.deepEqual(load(env).turn, {
      urls: ['turn:turn.example.org:3478', 'turns:turn.example.org'],
      secret: 'k7Rw2mXq',
      ttlS: 3600,
    });
    assert.deepEqual(load({}).turn.urls, []);
    assert.throws(() => load({ TURN_URLS: env.TURN_URLS }), { message: /TURN_SECRET/ });
    assert.throws(() => load({ TURN_SECRET: env.TURN_SECRET }), { message: /TURN_URLS/ });
  });

  it('counts an empty variable as unset', () => {
    assert.equal(load({ PORT: '', DATABASE_URL: ' ' }).server.port, 8000);
    assert.equal(load({ DATABASE_URL: ' ' }).database.url, null);
  });

  it('lays the file of NODE_ENV over the defaults, and the environment over both', () => {
    assert.equal(load({ NODE_ENV: 'test' }).server.port, 0);
    assert.equal(load({ NODE_ENV: 'test', PORT: '1234' }).server.port, 1234);
  });

  const wrong: [variable: string, value: string][] = [
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PUBLIC_URL', 'calls.example.org'],
    ['PUBLIC_URL', 'https://calls.example.org/path'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://a.example.org,null'],
    ['DATABASE_URL', 'mysql://u:hidden@db/x'],
    ['RTC_PORT', '0'],
    ['RTC_ADDRESS', 'localhost'],
    ['RTC_ADDRESS', '0.0.0.0,'],
    ['ANNOUNCED_ADDRESS', 'media.example.org,'],
    ['SINGLE_PORT', '443'],
    ['TURN_URLS', 'stun:turn.example.org'],
    ['WORKERS', '0'],
    ['SCAN_INTERVAL_MS', '10'],
    ['REGISTRATION', 'sometimes'],
    ['TLS_CERT', 'cert.pem'],
    ['LOG_LEVEL', 'loud'],
    ['NODE_ENV', '../../etc/passwd'],
  ];
  for (const [variable, value] of wrong) {
    it(`refuses ${variable}=${value} and names the variable`, () => {
      assert.throws(
        () => load({ [variable]: value }),
        (error: unknown) => {
          assert(error instanceof ConfigError);
          assert.match(error.message, new RegExp(`^${variable}\\b[^\n]*\\.$`));
          assert(!error.message.includes('hidden'), 'the message repeats a secret');
          return true;
        },
      );
    });
  }

  it('names an unknown key of a file', () => {
    writeFileSync(join(cwd, 'config', 'staging.yaml'), 'calls:\n  ringTimeout: 5\n');
    assert.throws(() => load({ NODE_ENV: 'staging' }), { message: /^Unknown setting calls\.ringTimeout / });
  });

  it('names a wrong value of a file', () => {
    writeFileSync(join(cwd, 'config', 'staging.yaml'), 'calls:\n  ringTimeoutMs: soon\n');
    assert.throws(() => load({ NODE_ENV: 'staging' }), { message: /^calls\.ringTimeoutMs in config\// });
  });

  it('names a file that is not YAML', () => {
    writeFileSync(join(cwd, 'config', 'staging.yaml'), 'calls: [\n');
    assert.throws(() => load({ NODE_ENV: 'staging' }), { message: /staging\.yaml cannot be read/ });
  });

  it('does not let a file reach prototypes', () => {
    writeFileSync(join(cwd, 'config', 'staging.yaml'), '__proto__:\n  polluted: 1\nconstructor:\n  prototype: 1\n');
    assert.throws(() => load({ NODE_ENV: 'staging' }), ConfigError);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  });

  const strong = 'kT9vQ2mXw7RzL4bNcY8pHs3J';
  const strongKey = 'kV9xQ2mXw7RzL4bNcY8pHs3JdT6uGf1eA5iOnW0yZCM=';
  const refused: [what: string, variable: RegExp, env: NodeJS.ProcessEnv][] = [
    ['a short token', /^METRICS_TOKEN/, { METRICS_TOKEN: 'kT9vQ2mX' }],
    ['one repeated character', /^METRICS_TOKEN/, { METRICS_TOKEN: 'a'.repeat(64) }],
    ['two characters in turn', /^METRICS_TOKEN/, { METRICS_TOKEN: 'ab'.repeat(32) }],
    ['a sample', /^METRICS_TOKEN/, { METRICS_TOKEN: `changeme-${strong}` }],
    ['a word in capitals', /^METRICS_TOKEN/, { METRICS_TOKEN: `MySecret${strong}` }],
    ['a placeholder', /^OIDC_CLIENT_SECRET/, { OIDC_CLIENT_SECRET: `your-client-${strong}` }],
    ['the image’s password', /^DATABASE_URL/, { DATABASE_URL: 'postgres://u:postgres@db/v' }],
    ['a short password', /^DATABASE_URL/, { DATABASE_URL: 'postgres://u:ab1@db/v' }],
    ['our own name as password', /^DATABASE_URL/, { DATABASE_URL: 'postgres://u:veritalk@db/v' }],
    ['half of single sign-on', /^OIDC_ISSUER/, { OIDC_ISSUER: 'https://id.example' }],
    ['an odd yes', /^TLS_SELF_SIGNED/, { TLS_SELF_SIGNED: 'maybe' }],
    ['webhooks that nobody signs', /^WEBHOOK_URL/, { WEBHOOK_URL: 'https://hooks.example.org/' }],
    ['webhooks without TLS', /^WEBHOOK_URL/, { WEBHOOK_URL: 'http://hooks.example.org/', WEBHOOK_SECRET: strongKey }],
    ['a name in the address of webhooks', /^WEBHOOK_URL/, { WEBHOOK_URL: 'https://me:pw@hooks.example.org/' }],
    ['a file as receiver', /^WEBHOOK_URL/, { WEBHOOK_URL: 'file:///etc/passwd', WEBHOOK_SECRET: strongKey }],
    ['a short secret', /^WEBHOOK_SECRET/, { WEBHOOK_URL: 'https://hooks.example.org/', WEBHOOK_SECRET: 'c2hvcnQ=' }],
    ['an event that is none', /^WEBHOOK_EVENTS/, { WEBHOOK_EVENTS: 'call.started,call.frozen' }],
  ];
  for (const [what, variable, env] of refused) {
    it(`in production refuses ${what}, by name and without repeating it`, () => {
      assert.throws(
        () => load({ NODE_ENV: 'production', ...env }),
        (error) => {
          assert(error instanceof ConfigError);
          assert.match(error.message, variable);
          for (const value of Object.values(env)) assert(!error.message.includes(value ?? ''), error.message);
          return true;
        },
      );
    });
  }

  it('in production takes good secrets, and waits for calls before it stops', () => {
    const env = { NODE_ENV: 'production', METRICS_TOKEN: strong, DATABASE_URL: `postgres://u:${strong}@db/v` };
    const config = load(env);
    assert.equal(config.metrics.token, strong);
    assert.equal(config.server.drainS, 900);
    assert.equal(config.production, true);
  });

  it('explains every setting with its source, and hides secrets', () => {
    const env = {
      NODE_ENV: 'test',
      RTC_PORT: '41000',
      METRICS_TOKEN: strong,
      DATABASE_URL: `postgres://u:${strong}@db/v`,
    };
    const settings = effectiveSettings({ env, cwd });
    const sourceOf = (path: string): unknown => settings.find((setting) => setting.path === path)?.source;
    assert.equal(sourceOf('rtc.port'), 'RTC_PORT');
    assert.equal(sourceOf('log.level'), 'test.yaml');
    assert.equal(sourceOf('auth.accessTtlS'), 'default.yaml');
    assert(!JSON.stringify(settings).includes(strong));
    assert.equal(settings.find(({ path }) => path === 'database.url')?.value, 'postgres://u:(hidden)@db/v');
    assert(settings.length > 50);
  });
});
