import { z } from 'zod';
import { assessmentStatus, assurance, unscoredReason } from './assessment.ts';
import { callStatus, callType, endReason } from './values.ts';

/**
 * What another system may be told of, as it is sent: JSON, signed as Standard Webhooks 1.0 has it. Ids are those of
 * REST; neither the secret part of a meeting's link nor its title is in it, nor any risk number.
 */

export const webhookType = z.enum([
  'call.started',
  'call.ended',
  'call.missed',
  'assessment.changed',
  'policy.applied',
]);
export type WebhookType = z.infer<typeof webhookType>;

const someone = z.strictObject({ id: z.uuid(), username: z.string() });

const call = z.strictObject({
  id: z.uuid(),
  call_type: callType,
  status: callStatus,
  caller: someone,
  /** Null for a meeting. */
  callee: someone.nullable(),
  created_at: z.iso.datetime(),
  start_time: z.iso.datetime().nullable(),
  end_time: z.iso.datetime().nullable(),
  /** Seconds. */
  duration: z.int().min(0),
  end_reason: endReason.nullable(),
});
export type WebhookCall = z.infer<typeof call>;

const callEvent = z.strictObject({ call });

const assessmentEvent = z.strictObject({
  call_id: z.uuid(),
  peer_id: z.string(),
  /** Null for a guest without an account. */
  user: someone.nullable(),
  status: assessmentStatus,
  assurance,
  reason: unscoredReason.nullable(),
  at: z.iso.datetime(),
});

const policyEvent = z.strictObject({
  call_id: z.uuid(),
  action_id: z.uuid(),
  kind: z.enum(['verdict', 'action', 'override', 'appeal']),
  action: z.string(),
  /** Null: the server's own decision. */
  actor: someone.nullable(),
  subject_peer_id: z.string().nullable(),
  subject: someone.nullable(),
  at: z.iso.datetime(),
});

const event = { id: z.uuid(), created_at: z.iso.datetime() };

/** The body of a delivery. `id` is the same in every attempt, and that of no other event. */
export const webhookBody = z.discriminatedUnion('type', [
  z.strictObject({ ...event, type: webhookType.extract(['call.started']), data: callEvent }),
  z.strictObject({ ...event, type: webhookType.extract(['call.ended']), data: callEvent }),
  z.strictObject({ ...event, type: webhookType.extract(['call.missed']), data: callEvent }),
  z.strictObject({ ...event, type: webhookType.extract(['assessment.changed']), data: assessmentEvent }),
  z.strictObject({ ...event, type: webhookType.extract(['policy.applied']), data: policyEvent }),
]);
export type WebhookBody = z.infer<typeof webhookBody>;
