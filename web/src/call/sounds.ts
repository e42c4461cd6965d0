import { preferences, type SoundKind } from '../session/preferences.ts';

/** Sounds made in the page, quiet, without files. Each kind can be switched off. */

let context: AudioContext | null = null;

/** One soft note: frequency in Hz, start and length in seconds from now. */
function note(kind: SoundKind, frequency: number, startS: number, lengthS: number, gain = 0.06): void {
  if (!preferences.getState().sounds[kind]) return;
  context ??= new AudioContext();
  // A page that nobody has pressed on yet stays silent; the dialog says the rest.
  if (context.state !== 'running') void context.resume().catch(() => undefined);
  const at = context.currentTime + startS;
  const oscillator = new OscillatorNode(context, { type: 'sine', frequency });
  const envelope = new GainNode(context, { gain: 0 });
  envelope.gain.setValueAtTime(0, at);
  envelope.gain.linearRampToValueAtTime(gain, at + 0.03);
  envelope.gain.exponentialRampToValueAtTime(0.0005, at + lengthS);
  oscillator.connect(envelope).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + lengthS + 0.05);
}

const A3 = 220;
const A4 = 440;
const E5 = 659.26;

function repeat(play: () => void, everyMs: number, forMs: number): () => void {
  play();
  const timer = setInterval(play, everyMs);
  const end = setTimeout(() => clearInterval(timer), forMs);
  return () => {
    clearInterval(timer);
    clearTimeout(end);
  };
}

/** Somebody calls: two soft notes every 2 s, 30 s at most. The answer stops it. */
export function ringIn(): () => void {
  return repeat(
    () => {
      note('ring', A4, 0, 0.5);
      note('ring', E5, 0.28, 0.7);
    },
    2000,
    30_000,
  );
}

/** One calls somebody: one low note every 3 s. The answer stops it. */
export function ringOut(): () => void {
  return repeat(() => note('ring', A3, 0, 0.9, 0.04), 3000, 60_000);
}

/** A hand went up: one tap, as on wood. */
export function tapForHand(): void {
  note('people', 330, 0, 0.12, 0.05);
}

/** Somebody wrote while the chat is out of sight: a tick. */
export function tickForChat(): void {
  note('chat', 880, 0, 0.09, 0.03);
}

/** Somebody joined: a short rise. */
export function toneOfJoining(): void {
  note('people', A4, 0, 0.14, 0.03);
  note('people', E5, 0.1, 0.22, 0.03);
}

/** Somebody left: a short fall. */
export function toneOfLeaving(): void {
  note('people', E5, 0, 0.14, 0.03);
  note('people', A4, 0.1, 0.22, 0.03);
}

/** A check begins or ends: one soft note. */
export function noteOfCheck(): void {
  note('chat', A4, 0, 0.4, 0.04);
}

/** Two low notes, never louder than speech. */
export function warnOfRisk(): void {
  note('risk', 196, 0, 0.35, 0.05);
  note('risk', 165, 0.3, 0.5, 0.05);
}
