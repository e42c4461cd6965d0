import { existsSync, readFileSync } from 'node:fs';
import { isIP, isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { challengeRule, policyMode, type CheckPolicy } from './protocol/checkPolicy.ts';
import { isSamplePassword, passwordOf, weaknessOf } from './configSecrets.ts';
import { webhookType } from './protocol/webhooks.ts';

/** A setting is missing or wrong. The message is one sentence that names it; the process must not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const port = z.int().min(0).max(65535);
const milliseconds = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const seconds = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const count = z.int().min(1).max(100_000);

/** What is kept is kept for this long. */
const days = z.int().min(1).max(3650);

const listed = (value: string): string[] => value.split(',').map((item) => item.trim());

/** Programs use it, so it is long; `config` never prints it. */
const secret = z.string().min(1).max(1024);

/** Base64 of 24 to 64 bytes, as Standard Webhooks asks. */
const webhookSecret = z
  .string()
  .regex(/^(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be base64 of 24 to 64 bytes: use "openssl rand -base64 32"');

const webhookUrl = z
  .url({ protocol: /^https?$/ })
  .refine((value) => new URL(value).username === '', 'must hold no user name: the signature says who sends');

const origin = z
  .string()
  .refine((value) => isHttpUrl(value), 'must be an origin such as https://calls.example.org')
  .transform((value) => new URL(value).origin);

const databaseUrl = z
  .string()
  .refine((value) => /^postgres(ql)?:\/\//.test(value), 'must begin with postgres:// or postgresql://');

/** Hops, or addresses and ranges as Express's `trust proxy` takes them. */
const trustProxy = z.union([
  z.int().min(0).max(16),
  z
    .string()
    .refine(
      (value) => value.split(',').every((range) => isAddressRange(range.trim())),
      'must be a number of hops or a list of addresses and ranges such as 10.0.0.0/8',
    ),
]);

const schema = z.strictObject({
  server: z.strictObject({
    port,
    host: z.string().min(1),
    publicUrl: origin.nullable(),
    trustProxy,
    allowedOrigins: z.array(origin),
    tlsCert: z.string().min(1).nullable(),
    tlsKey: z.string().min(1).nullable(),
    tlsSelfSigned: z.boolean(),
    drainS: z.int().min(0).max(86_400),
    connections: count,
    connectionsPerAddress: count,
  }),
  dataDir: z.string().min(1),
  database: z.strictObject({
    url: databaseUrl.nullable(),
    poolSize: z.int().min(2).max(100),
    connectTimeoutMs: milliseconds,
    statementTimeoutMs: milliseconds,
    idleInTransactionTimeoutMs: milliseconds,
  }),
  rtc: z.strictObject({
    port: z.int().min(1).max(65535),
    address: z
      .string()
      .refine((value) => listed(value).every((item) => isIP(item) !== 0), 'must be IP addresses, separated by commas'),
    announcedAddress: z
      .string()
      .refine(
        (value) => listed(value).every((item) => item.length > 0 && item.length <= 253) && listed(value).length <= 8,
        'must be up to eight addresses or host names, separated by commas',
      )
      .nullable(),
    singlePort: z.boolean(),
    fullAtLoad: z.number().min(0.1).max(1),
    workers: z.int().min(1).max(64).nullable(),
  }),
  turn: z.strictObject({
    urls: z.array(z.string().regex(/^turns?:[^\s]+$/, 'must be addresses such as turn:turn.example.org:3478')).max(8),
    secret: secret.nullable(),
    ttlS: seconds,
  }),
  auth: z.strictObject({
    registration: z.enum(['open', 'invite', 'closed']),
    directory: z.boolean(),
    accessTtlS: z.int().min(10).max(900),
    refreshTtlS: seconds,
    absoluteTtlS: seconds,
    refreshGraceS: z.int().min(0).max(10),
    maxSessions: count,
    guestTtlS: seconds,
    maxGuestLinks: count,
    hashSlots: z.int().min(1).max(64),
    hashQueue: count,
    limits: z.strictObject({
      registerPerAddress: count,
      registerWindowS: seconds,
      loginPerAccountAndAddress: count,
      loginPerAddress: count,
      loginPerAccount: count,
      loginWindowS: seconds,
      guestPerAddress: count,
      guestWindowS: seconds,
    }),
  }),
  calls: z.strictObject({
    ringTimeoutMs: milliseconds,
    keepPeerMs: milliseconds,
    keepTransportsMs: milliseconds,
    emptyMeetingMs: milliseconds,
    unusedMeetingTtlMs: milliseconds,
    recoverMs: milliseconds,
    heartbeatMs: milliseconds,
    maxActivePerUser: count,
    maxPeers: z.int().min(2).max(100),
    maxWaiting: z.int().min(1).max(1000),
  }),
  analysis: z.strictObject({
    processes: z.int().min(1).max(64).nullable(),
    scanIntervalMs: z.int().min(1000).max(600_000),
    firstIntegrityWindowMs: milliseconds,
    integrityWindowMs: milliseconds,
    staleAfterMs: milliseconds,
    verifiedTtlMs: milliseconds,
  }),
  policy: z.strictObject({
    mode: policyMode,
    challenge: challengeRule,
    challengeEveryMs: milliseconds,
  }),
  retention: z.strictObject({
    sessionDays: days,
    checkDays: days,
    qualityDays: days,
    chatDays: days,
    invitationDays: days,
    webhookDays: days,
  }),
  metrics: z.strictObject({ token: secret.nullable() }),
  oidc: z.strictObject({
    issuer: z.url({ protocol: /^https?$/ }).nullable(),
    clientId: z.string().min(1).nullable(),
    clientSecret: secret.nullable(),
    name: z.string().min(1).max(40),
  }),
  webhooks: z.strictObject({
    url: webhookUrl.nullable(),
    secret: webhookSecret.nullable(),
    events: z.array(webhookType).min(1),
    allowPrivate: z.boolean(),
    timeoutMs: z.int().min(100).max(60_000),
  }),
  log: z.strictObject({
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  }),
});

type Settings = z.infer<typeof schema>;

/** All settings, checked. Paths are absolute; units are in the names (`config/default.yaml` explains each). */
export interface Config extends Omit<Settings, 'server' | 'oidc' | 'turn' | 'webhooks'> {
  /** Whether NODE_ENV is `production`. */
  production: boolean;
  server: Omit<Settings['server'], 'tlsCert' | 'tlsKey'> & {
    /** Paths of the PEM files, or null for plain http. */
    tls: { cert: string; key: string } | null;
  };
  /** No addresses: there is no TURN server. */
  turn: { urls: string[]; secret: string; ttlS: number };
  /** Null: people sign in with passwords only. */
  oidc: { issuer: string; clientId: string; clientSecret: string | null; name: string } | null;
  /** Null: nobody is told of events. */
  webhooks: (Omit<Settings['webhooks'], 'url' | 'secret'> & { url: string; secret: string }) | null;
}

/** What an environment variable sets, and how its text becomes a value of that place. */
const variables: Record<string, { path: readonly string[]; read?: (text: string) => unknown }> = {
  PORT: { path: ['server', 'port'], read: number },
  HOST: { path: ['server', 'host'] },
  PUBLIC_URL: { path: ['server', 'publicUrl'] },
  TRUST_PROXY: { path: ['server', 'trustProxy'], read: number },
  ALLOWED_ORIGINS: { path: ['server', 'allowedOrigins'], read: list },
  TLS_CERT: { path: ['server', 'tlsCert'] },
  TLS_KEY: { path: ['server', 'tlsKey'] },
  DATA_DIR: { path: ['dataDir'] },
  DATABASE_URL: { path: ['database', 'url'] },
  RTC_PORT: { path: ['rtc', 'port'], read: number },
  RTC_ADDRESS: { path: ['rtc', 'address'] },
  SINGLE_PORT: { path: ['rtc', 'singlePort'], read: yesNo },
  ANNOUNCED_ADDRESS: { path: ['rtc', 'announcedAddress'] },
  WORKERS: { path: ['rtc', 'workers'], read: number },
  SCAN_INTERVAL_MS: { path: ['analysis', 'scanIntervalMs'], read: number },
  REGISTRATION: { path: ['auth', 'registration'] },
  POLICY: { path: ['policy', 'mode'] },
  CHALLENGES: { path: ['policy', 'challenge'] },
  DIRECTORY: { path: ['auth', 'directory'], read: yesNo },
  TLS_SELF_SIGNED: { path: ['server', 'tlsSelfSigned'], read: yesNo },
  DRAIN_S: { path: ['server', 'drainS'], read: number },
  TURN_URLS: { path: ['turn', 'urls'], read: list },
  TURN_SECRET: { path: ['turn', 'secret'] },
  METRICS_TOKEN: { path: ['metrics', 'token'] },
  OIDC_ISSUER: { path: ['oidc', 'issuer'] },
  OIDC_CLIENT_ID: { path: ['oidc', 'clientId'] },
  OIDC_CLIENT_SECRET: { path: ['oidc', 'clientSecret'] },
  OIDC_NAME: { path: ['oidc', 'name'] },
  WEBHOOK_URL: { path: ['webhooks', 'url'] },
  WEBHOOK_SECRET: { path: ['webhooks', 'secret'] },
  WEBHOOK_EVENTS: { path: ['webhooks', 'events'], read: list },
  WEBHOOK_ALLOW_PRIVATE: { path: ['webhooks', 'allowPrivate'], read: yesNo },
  LOG_LEVEL: { path: ['log', 'level'] },
};

/**
 * Reads `config/default.yaml`, then `config/<NODE_ENV>.yaml`, then the environment; the later wins. An empty variable
 * counts as unset.
 *
 * @param options.cwd - Folder that holds `config/`, and from which relative paths are meant.
 * @throws ConfigError naming the first setting that is unknown or wrong; values are not repeated, they may be secret.
 */
export function loadConfig(options: { env: NodeJS.ProcessEnv; cwd: string }): Config {
  const { env, cwd } = options;
  const { settings, fromEnvironment } = gather(env, cwd);
  const parsed = schema.safeParse(settings);
  if (!parsed.success) throw new ConfigError(describe(parsed.error, fromEnvironment));
  const { server, oidc, turn, webhooks, ...rest } = parsed.data;
  const { tlsCert, tlsKey, ...listen } = server;
  const production = env.NODE_ENV === 'production';
  if (production) refuseWeakSecrets(parsed.data);
  return {
    ...rest,
    production,
    dataDir: resolve(cwd, rest.dataDir),
    server: { ...listen, tls: tlsFiles(cwd, tlsCert, tlsKey) },
    oidc: oidcOf(oidc),
    turn: turnOf(turn),
    webhooks: webhooksOf(webhooks, production),
  };
}

/** A setting as the server would use it, and where it comes from. Secrets are hidden. */
export interface EffectiveSetting {
  /** Dotted path in `config/*.yaml`. */
  path: string;
  value: unknown;
  source: string;
  /** The environment variable that can set it. */
  variable: string | null;
}

/** @throws ConfigError as `loadConfig` does. */
export function effectiveSettings(options: { env: NodeJS.ProcessEnv; cwd: string }): EffectiveSetting[] {
  loadConfig(options);
  const { settings, overlay, fromEnvironment } = gather(options.env, options.cwd);
  const inOverlay = new Set(overlay ? leavesOf(overlay.settings).map(([path]) => path) : []);
  const variableOf = new Map(Object.entries(variables).map(([name, { path }]) => [path.join('.'), name]));
  return leavesOf(settings).map(([path, value]) => ({
    path,
    value: hidden(path, value),
    source: fromEnvironment.get(path) ?? (inOverlay.has(path) ? (overlay?.name ?? '') : 'default.yaml'),
    variable: variableOf.get(path) ?? null,
  }));
}

const secretPaths: ReadonlySet<string> = new Set([
  'metrics.token',
  'oidc.clientSecret',
  'turn.secret',
  'webhooks.secret',
]);

function hidden(path: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (secretPaths.has(path)) return '(hidden)';
  return path === 'database.url' ? value.replace(/(:\/\/[^:@/]*:)[^@/]*@/, '$1(hidden)@') : value;
}

function leavesOf(tree: Tree, prefix = ''): [path: string, value: unknown][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? leavesOf(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value] as [string, unknown]],
  );
}

interface Gathered {
  settings: Tree;
  overlay: { name: string; settings: Tree } | null;
  fromEnvironment: Map<string, string>;
}

/** Default, overlay and environment, in this order; not checked yet. */
function gather(env: NodeJS.ProcessEnv, cwd: string): Gathered {
  const settings = readYaml(join(cwd, 'config', 'default.yaml'));
  const environment = env.NODE_ENV ?? '';
  if (!/^[a-z]*$/.test(environment)) throw new ConfigError('NODE_ENV must be a word such as production or test.');
  const name = `${environment}.yaml`;
  const file = join(cwd, 'config', name);
  const overlay = environment !== '' && existsSync(file) ? { name, settings: readYaml(file) } : null;
  if (overlay) merge(settings, structuredClone(overlay.settings));
  return { settings, overlay, fromEnvironment: applyVariables(settings, env) };
}

/** @throws ConfigError. Outside production, samples are convenient and do no harm. */
function refuseWeakSecrets({ metrics, oidc, turn, webhooks, database }: Settings): void {
  const secrets = {
    METRICS_TOKEN: metrics.token,
    OIDC_CLIENT_SECRET: oidc.clientSecret,
    TURN_SECRET: turn.secret,
    WEBHOOK_SECRET: webhooks.secret,
  };
  for (const [name, value] of Object.entries(secrets)) {
    const weakness = value === null ? null : weaknessOf(value);
    if (weakness !== null) throw new ConfigError(`${name} ${weakness}.`);
  }
  const password = database.url === null ? null : passwordOf(database.url);
  if (password !== null && isSamplePassword(password)) {
    throw new ConfigError('DATABASE_URL holds a password that everybody tries first: give the database another one.');
  }
}

function oidcOf({ issuer, clientId, clientSecret, name }: Settings['oidc']): Config['oidc'] {
  if (issuer === null && clientId === null) return null;
  if (issuer === null || clientId === null)
    throw new ConfigError('OIDC_ISSUER and OIDC_CLIENT_ID must be set together.');
  return { issuer, clientId, clientSecret, name };
}

function turnOf({ urls, secret, ttlS }: Settings['turn']): Config['turn'] {
  if (urls.length > 0 !== (secret !== null)) throw new ConfigError('TURN_URLS and TURN_SECRET must be set together.');
  return { urls, secret: secret ?? '', ttlS };
}

function webhooksOf({ url, secret, ...rest }: Settings['webhooks'], production: boolean): Config['webhooks'] {
  if (url === null && secret === null) return null;
  if (url === null || secret === null) throw new ConfigError('WEBHOOK_URL and WEBHOOK_SECRET must be set together.');
  if (production && !rest.allowPrivate && !url.startsWith('https:')) {
    throw new ConfigError(
      'WEBHOOK_URL must begin with https:// (WEBHOOK_ALLOW_PRIVATE allows http in your own network).',
    );
  }
  return { ...rest, url, secret };
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readYaml(file: string): Tree {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${error instanceof Error ? error.message.split('\n')[0] : ''}`);
  }
  if (!isTree(value)) throw new ConfigError(`${file} must hold settings by name.`);
  return value;
}

function merge(base: Tree, overlay: Tree): void {
  for (const [key, value] of Object.entries(overlay)) {
    const old = Object.hasOwn(base, key) ? base[key] : undefined;
    if (isTree(old) && isTree(value)) merge(old, value);
    else base[key] = value;
  }
}

/** @returns The variables that were applied, by the dotted path of what they set. */
function applyVariables(settings: Tree, env: NodeJS.ProcessEnv): Map<string, string> {
  const applied = new Map<string, string>();
  for (const [name, { path, read }] of Object.entries(variables)) {
    const text = env[name]?.trim();
    if (!text) continue;
    const overlay = path.reduceRight<unknown>((value, key) => ({ [key]: value }), read ? read(text) : text);
    merge(settings, overlay as Tree);
    applied.set(path.join('.'), name);
  }
  return applied;
}

/** Text that is no whole number stays text, so that the schema names the variable. */
function number(text: string): unknown {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Other text stays text, so that the schema names the variable. */
function yesNo(text: string): unknown {
  return /^(true|yes|on|1)$/i.test(text) ? true : /^(false|no|off|0)$/i.test(text) ? false : text;
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function describe(error: z.ZodError, fromEnvironment: ReadonlyMap<string, string>): string {
  const [issue] = error.issues;
  if (!issue) return 'The configuration is wrong.';
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return `Unknown setting ${[path, issue.keys[0]].filter((part) => part !== '').join('.')} in config/.`;
  }
  const variable = [...fromEnvironment].find(([place]) => path === place || path.startsWith(`${place}.`))?.[1];
  const reason = issue.code === 'invalid_union' ? unionReason(issue) : issue.message;
  const place = variable ?? (path === '' ? 'config/' : `${path} in config/`);
  return `${place}: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}.`;
}

/** The last branch of a union is the one that explains itself. */
function unionReason(issue: z.core.$ZodIssueInvalidUnion): string {
  return issue.errors.at(-1)?.[0]?.message ?? issue.message;
}

function tlsFiles(cwd: string, cert: string | null, key: string | null): Config['server']['tls'] {
  if (cert === null && key === null) return null;
  if (cert === null || key === null) throw new ConfigError('TLS_CERT and TLS_KEY must be set together.');
  return { cert: readable('TLS_CERT', resolve(cwd, cert)), key: readable('TLS_KEY', resolve(cwd, key)) };
}

function readable(variable: string, file: string): string {
  try {
    readFileSync(file);
    return file;
  } catch {
    throw new ConfigError(`${variable}: ${file} cannot be read.`);
  }
}

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
}

function isAddressRange(value: string): boolean {
  const [address, bits, ...more] = value.split('/');
  if (!address || isIP(address) === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

/** What the server asks of every call at least, as pages have it. */
export function leastChecks({ mode, challenge, challengeEveryMs }: Config['policy']): CheckPolicy {
  return { mode, challenge, everyMinutes: Math.min(1440, Math.max(1, Math.round(challengeEveryMs / 60_000))) };
}
