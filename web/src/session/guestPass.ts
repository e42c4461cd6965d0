import { z } from 'zod';

/**
 * What makes this tab a guest's: the token of one meeting, in the tab's own storage, so that a reload goes on as the same
 * guest and other tabs know nothing of it.
 */
const guestPass = z.strictObject({
  token: z.string(),
  expiresAtMs: z.number(),
  guestId: z.string(),
  name: z.string(),
  roomId: z.string(),
  /** Text of the link, to come back to its door. */
  link: z.string(),
});
export type GuestPass = z.infer<typeof guestPass>;

const storageKey = 'veritalk.guest';

export function loadGuestPass(): GuestPass | null {
  try {
    const parsed = guestPass.safeParse(JSON.parse(sessionStorage.getItem(storageKey) ?? 'null'));
    return parsed.success && parsed.data.expiresAtMs > Date.now() ? parsed.data : null;
  } catch {
    return null;
  }
}

export function storeGuestPass(pass: GuestPass | null): void {
  if (pass === null) sessionStorage.removeItem(storageKey);
  else sessionStorage.setItem(storageKey, JSON.stringify(pass));
}
