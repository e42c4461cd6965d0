import { createHmac } from 'node:crypto';

/**
 * The signature of a delivery, as Standard Webhooks 1.0 has it, so that receivers can check it with a library:
 * HMAC-SHA256 over `id.timestamp.body` with the decoded secret.
 *
 * @param secret - Base64, with or without `whsec_` before it.
 * @param timestampS - When this attempt is made, seconds since 1970; receivers refuse old ones.
 */
export function signatureOf(secret: string, id: string, timestampS: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key)
    .update(`${id}.${String(timestampS)}.${body}`)
    .digest('base64')}`;
}
