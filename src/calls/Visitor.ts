import type { Person } from '../protocol/signaling.ts';

/** Who comes to a call: a member by his account, or a guest by the link of one call. */
export interface Visitor {
  user: Person;
  /** Null for a member. */
  guest: GuestPass | null;
}

/** What a guest may enter, and how he came by it. */
export interface GuestPass {
  callId: string;
  linkId: string;
}
