import type { ChallengeEnd, ChallengeKind, ChallengeShow } from '../../../src/protocol/challenge.ts';
import type { Cast } from './Cast.ts';

const challengeId = 'A'.repeat(22);

const ends: ReadonlyArray<Pick<ChallengeEnd, 'result' | 'reason' | 'retry'>> = [
  { result: 'passed', reason: 'followed', retry: false },
  { result: 'failed', reason: 'face_unlit', retry: true },
  { result: 'inconclusive', reason: 'unlit', retry: true },
  { result: 'not_done', reason: 'refused', retry: true },
];

/** Each state of an active check, as the server would say it to whoever is asked, in the call to one person. */
export async function checks(cast: Cast): Promise<void> {
  const { page, link } = cast.me;
  const peerId = await cast.ownPeer();
  const requestedBy = (await cast.peers(1))[0]!;
  const started = (kind: ChallengeKind, phase: 'invited' | 'running'): void =>
    link.tell('challengeStarted', {
      challenge: { challengeId, peerId, kind, origin: 'host', requestedBy, phase, remainingMs: 20_000 },
    });
  const step = async (show: ChallengeShow): Promise<void> => {
    started(show.kind, 'running');
    link.tell('challengeStepDue', { challengeId, step: 0, show, remainingMs: 20_000 });
    await page.locator(`[data-testid="challenge"][data-kind="${show.kind}"]`).waitFor();
  };
  started('light', 'invited');
  await page.getByTestId('challenge-accept').waitFor();
  await cast.at('challenge-invite', page, { motion: 'no-preference' });
  await cast.at('challenge-invite-movement', page);
  await step({ kind: 'light', left: '#7fa8d8', right: '#c8a06a' });
  await cast.at('challenge-running', page);
  await step({ kind: 'movement', movement: 'turn_left' });
  await cast.at('challenge-running-movement', page);
  for (const end of ends) {
    link.tell('challengeEnded', { challengeId, peerId, kind: 'light', ...end });
    await page.locator(`[data-testid="challenge-result"][data-result="${end.result}"]`).waitFor();
    await cast.at(`challenge-${end.result}`, page);
  }
  await page.keyboard.press('Escape');
  await page.getByTestId('challenge').waitFor({ state: 'detached' });
  link.tell('heldChanged', { reason: 'looped' });
  await page.getByTestId('call-held').waitFor();
  await cast.at('call-held', page);
  link.tell('heldChanged', { reason: null });
  await page.getByTestId('call-held').waitFor({ state: 'detached' });
}
