import { createStore, type StoreApi } from 'zustand/vanilla';
import { consent as consentSchema, type Consent } from '../../../src/protocol/values.ts';
import type { Language } from '../words/types.ts';

/** What the user chose on this browser; saved at once. */

/** Version of the consent text; a new one asks again. */
export const consentVersion = 1;

export type Theme = 'auto' | 'light' | 'dark';

/** Ringing; joining and leaving; chat and hands; the warning of a risk. */
export const soundKinds = ['ring', 'people', 'chat', 'risk'] as const;
export type SoundKind = (typeof soundKinds)[number];

export interface Preferences {
  theme: Theme;
  sounds: Readonly<Record<SoundKind, boolean>>;
  /** Single-letter keys in the call. */
  shortcuts: boolean;
  /** Meetings start with a waiting room. */
  lobby: boolean;
  /** Header and bar of a call are never hidden. */
  controlsStay: boolean;
  /** Never offers a check with changing colours. */
  sensitiveToLight: boolean;
}

const storageKey = 'veritalk.preferences';
const allSounds = { ring: true, people: true, chat: true, risk: true };
const defaults: Preferences = {
  theme: 'auto',
  sounds: allSounds,
  shortcuts: true,
  lobby: false,
  controlsStay: false,
  sensitiveToLight: false,
};

export const preferences: StoreApi<Preferences> = createStore<Preferences>(() => ({
  ...defaults,
  ...(read(storageKey) as Partial<Preferences> | null),
}));
preferences.subscribe((state) => localStorage.setItem(storageKey, JSON.stringify(state)));

const consentKey = (userId: string): string => `veritalk.consent.${userId}`;

/** What this account agreed to on this browser; null when it was not asked, or asked about another text. */
export function storedConsent(userId: string): Consent | null {
  const parsed = consentSchema.safeParse(read(consentKey(userId)));
  return parsed.success && parsed.data.version === consentVersion ? parsed.data : null;
}

export function storeConsent(
  userId: string,
  choice: { check: boolean; evidence: boolean },
  language: Language,
): Consent {
  const consent: Consent = { ...choice, version: consentVersion, language };
  localStorage.setItem(consentKey(userId), JSON.stringify(consent));
  return consent;
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
