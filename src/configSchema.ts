import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import { challengeRule, policyMode } from './protocol/checkPolicy.ts';
import { webhookType } from './protocol/webhooks.ts';

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

/** Every setting of `config/*.yaml`, as it stands there. */
export const schema = z.strictObject({
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

export type Settings = z.infer<typeof schema>;

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
