import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { schema, type Settings } from './configSchema.ts';
import { isSamplePassword, passwordOf, weaknessOf } from './configSecrets.ts';
import { ConfigError, gather, leavesOf, variables } from './configSources.ts';
import type { CheckPolicy } from './protocol/checkPolicy.ts';

export { ConfigError };

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

/** What the server asks of every call at least, as pages have it. */
export function leastChecks({ mode, challenge, challengeEveryMs }: Config['policy']): CheckPolicy {
  return { mode, challenge, everyMinutes: Math.min(1440, Math.max(1, Math.round(challengeEveryMs / 60_000))) };
}
