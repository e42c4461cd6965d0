import { lookup as dnsLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './publicAddress.ts';
import { signatureOf } from './signature.ts';

export interface Receiver {
  url: string;
  secret: string;
  /** Whether it may be on this machine or in a private network. */
  allowPrivate: boolean;
  /** Milliseconds from the first name lookup to the end of the answer. */
  timeoutMs: number;
  /** Finds the addresses of a name; the system's own if left out. */
  lookup?: LookupFunction;
}

/** What came of one attempt. `reason` is short, and holds nothing of what the receiver said but its status. */
export type Outcome =
  | { delivered: true }
  | {
      delivered: false;
      reason: string;
      /** Seconds that the receiver asked to wait; null if it did not. */
      retryAfterS: number | null;
    };

/** Of an answer that nobody needs, no more than this is read. */
const maxAnswerBytes = 64 * 1024;

/**
 * Sends one event once. Any 2xx means that the receiver has it. Redirects are not followed: they could lead anywhere.
 * The name is looked up once, all its addresses must be public ones (unless allowed), and the connection goes to
 * exactly these, so that a name which changes its address in between gains nothing.
 */
export async function deliver(receiver: Receiver, event: { id: string; body: string }, now: Date): Promise<Outcome> {
  const signal = AbortSignal.timeout(receiver.timeoutMs);
  try {
    const answer = await post(receiver, event, Math.floor(now.getTime() / 1000), signal);
    const status = answer.statusCode ?? 0;
    const retryAfterS = /^\d{1,6}$/.test(answer.headers['retry-after'] ?? '') ? answer.headers['retry-after'] : null;
    await drain(answer);
    if (status >= 200 && status < 300) return { delivered: true };
    return { delivered: false, reason: `status ${status}`, retryAfterS: retryAfterS ? Number(retryAfterS) : null };
  } catch (error) {
    return { delivered: false, reason: signal.aborted ? 'timeout' : reasonOf(error), retryAfterS: null };
  }
}

/** The receiver's address is one that must not be reached. */
class PrivateAddressError extends Error {
  readonly code = 'private address';
}

function post(
  receiver: Receiver,
  { id, body }: { id: string; body: string },
  timestampS: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(receiver.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without a lookup.
  if (isIP(host) !== 0 && !receiver.allowPrivate && !isPublicAddress(host)) throw new PrivateAddressError();
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request(
      url,
      {
        method: 'POST',
        agent: false,
        signal,
        lookup: lookupOf(receiver),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Veritalk-Webhooks',
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signatureOf(receiver.secret, id, timestampS, body),
        },
      },
      resolve,
    )
      .on('error', reject)
      .end(body);
  });
}

/** One bad address among several spoils the name: which of them is used is not ours to say. */
function lookupOf({ lookup = dnsLookup, allowPrivate }: Receiver): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const [first] = addresses;
      if (error || !first) return callback(error ?? new Error('no address'), '');
      if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new PrivateAddressError(), '');
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

async function drain(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxAnswerBytes) break;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
}
