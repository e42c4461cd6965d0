import { useStore } from 'zustand';
import type { ChallengeInfo, ChallengeKind } from '../../../../src/protocol/challenge.ts';
import { useReducedMotion } from '../../parts/useReducedMotion.ts';
import { preferences } from '../../session/preferences.ts';

/** Which check is offered: none whose colours change to who is sensitive to them, or wants no motion. */
export function useOfferedKind(): ChallengeKind {
  const sensitive = useStore(preferences, (state) => state.sensitiveToLight);
  const reduced = useReducedMotion();
  return sensitive || reduced ? 'movement' : 'light';
}

/** The server offers it by itself. */
export function isOffer({ origin }: ChallengeInfo): boolean {
  return origin === 'policy';
}
