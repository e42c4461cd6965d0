import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A setting is missing or wrong. The message is one sentence that names it; the process must not start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What an environment variable sets, and how its text becomes a value of that place. */
export const variables: Record<string, { path: readonly string[]; read?: (text: string) => unknown }> = {
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

export interface Gathered {
  settings: Tree;
  overlay: { name: string; settings: Tree } | null;
  fromEnvironment: Map<string, string>;
}

/** Default, overlay and environment, in this order; not checked yet. */
export function gather(env: NodeJS.ProcessEnv, cwd: string): Gathered {
  const settings = readYaml(join(cwd, 'config', 'default.yaml'));
  const environment = env.NODE_ENV ?? '';
  if (!/^[a-z]*$/.test(environment)) throw new ConfigError('NODE_ENV must be a word such as production or test.');
  const name = `${environment}.yaml`;
  const file = join(cwd, 'config', name);
  const overlay = environment !== '' && existsSync(file) ? { name, settings: readYaml(file) } : null;
  if (overlay) merge(settings, structuredClone(overlay.settings));
  return { settings, overlay, fromEnvironment: applyVariables(settings, env) };
}

/** Settings by their dotted path. */
export function leavesOf(tree: Tree, prefix = ''): [path: string, value: unknown][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? leavesOf(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value] as [string, unknown]],
  );
}

export type Tree = Record<string, unknown>;

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
