import { checkPolicy, isAtLeast, type CheckPolicy } from '../protocol/checkPolicy.ts';
import type { PolicyEntry } from './policyChain.ts';

/** How a host's choice is called in the log. */
export const CHOICE = 'setCheckPolicy';

/** What a call's hosts chose last, by its log; the least where they chose nothing, or the server asks for more since. */
export function chosenPolicy(log: readonly PolicyEntry[], least: CheckPolicy): CheckPolicy {
  const choice = log.findLast(({ action }) => action === CHOICE);
  const chosen = checkPolicy.safeParse(choice?.details);
  return chosen.success && isAtLeast(least, chosen.data) ? chosen.data : least;
}
