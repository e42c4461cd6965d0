import type { Call } from '../../../src/protocol/rest.ts';

/** Pure questions to a call's record, as one of its people asks them. */

export type Direction = 'outgoing' | 'incoming' | 'meeting';

export function directionOf(call: Call, selfId: string): Direction {
  if (call.callee === null) return 'meeting';
  return call.caller.id === selfId ? 'outgoing' : 'incoming';
}

/** The other person of a direct call, the host of a meeting. */
export function otherOf(call: Call, selfId: string): Call['caller'] {
  return call.callee !== null && call.caller.id === selfId ? call.callee : call.caller;
}

export function nameOf(person: Call['caller']): string {
  return person.full_name.trim() || person.username;
}

/** Whether this was a call that the user did not take. */
export function isMissed(call: Call, selfId: string): boolean {
  return call.status === 'missed' && directionOf(call, selfId) === 'incoming';
}

/** When it began, or was tried; ms. */
export function beganAtMs(call: Call): number {
  return Date.parse(call.start_time ?? call.created_at);
}

export type HistoryFilter = 'all' | 'missed' | 'meetings' | 'risk';

export function matches(call: Call, filter: HistoryFilter, selfId: string): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'missed':
      return isMissed(call, selfId);
    case 'meetings':
      return call.callee === null;
    case 'risk':
      return call.security_status === 'risk';
  }
}

/** People of direct calls, the latest first, each once. */
export function contactsOf(calls: readonly Call[], selfId: string): Array<Call['caller']> {
  const contacts = new Map<string, Call['caller']>();
  for (const call of calls) {
    const other = otherOf(call, selfId);
    if (call.callee !== null && other.id !== selfId && !contacts.has(other.id)) contacts.set(other.id, other);
  }
  return [...contacts.values()];
}

/** The room of a meeting's link, whether pasted whole or as its last part; null when it is none. */
export function roomOfLink(text: string): string | null {
  return /(?:^|\/m\/)([A-Za-z0-9_-]{22})(?:[?#/].*)?$/.exec(text.trim())?.[1] ?? null;
}
