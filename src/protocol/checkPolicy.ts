import { z } from 'zod';

/** How far the server goes by itself. `observe` only writes down what it would do. */
export const policyMode = z.enum(['off', 'observe', 'warn', 'enforce']);
export type PolicyMode = z.infer<typeof policyMode>;

/** When the server offers a check by itself; hosts may ask for one unless it is `never`. */
export const challengeRule = z.enum(['never', 'on_request', 'on_suspicion', 'at_door', 'every']);
export type ChallengeRule = z.infer<typeof challengeRule>;

/** What follows from results in one call. */
export const checkPolicy = z.strictObject({
  mode: policyMode,
  challenge: challengeRule,
  /** For `every`: minutes after which a pass is asked for again. */
  everyMinutes: z.int().min(1).max(1440),
});
export type CheckPolicy = z.infer<typeof checkPolicy>;

/** To ask at the door and to ask now and then are equally much, each in its way. */
const strictness: Readonly<Record<ChallengeRule, number>> = {
  never: 0,
  on_request: 1,
  on_suspicion: 2,
  at_door: 3,
  every: 3,
};

/** Whether a policy asks for no less than the least that the server allows. */
export function isAtLeast(least: CheckPolicy, { mode, challenge, everyMinutes }: CheckPolicy): boolean {
  const modes = policyMode.options;
  if (modes.indexOf(mode) < modes.indexOf(least.mode)) return false;
  if (strictness[challenge] < strictness[least.challenge]) return false;
  // What a server asks of everybody is not exchanged for something else.
  if (strictness[least.challenge] === strictness.every && challenge !== least.challenge) return false;
  return challenge !== 'every' || least.challenge !== 'every' || everyMinutes <= least.everyMinutes;
}
