import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { CallClient } from '../../call/CallClient.ts';
import { preferences } from '../../session/preferences.ts';
import { useCall } from './callContext.tsx';

/**
 * Push to talk: while Space is held a microphone that is off is on. Not in fields, not on what Space itself presses
 * (unless the pointer gave it the focus), and not when single keys are switched off.
 *
 * @returns whether the key is held so.
 */
export function usePushToTalk(): boolean {
  const call = useCall();
  const enabled = useStore(preferences, (state) => state.shortcuts);
  const [talking, setTalking] = useState(false);
  useEffect(() => {
    if (!enabled) return;
    const key = new TalkKey(call, setTalking);
    window.addEventListener('pointerdown', key.handlePointer, true);
    window.addEventListener('keydown', key.handleDown);
    window.addEventListener('keyup', key.handleUp);
    // A key that is let go in another window is never told of here.
    window.addEventListener('blur', key.release);
    return () => {
      key.release();
      window.removeEventListener('pointerdown', key.handlePointer, true);
      window.removeEventListener('keydown', key.handleDown);
      window.removeEventListener('keyup', key.handleUp);
      window.removeEventListener('blur', key.release);
    };
  }, [call, enabled]);
  return talking;
}

/** The key that is held to talk. */
class TalkKey {
  readonly #call: CallClient;
  readonly #onTalking: (talking: boolean) => void;
  #held = false;
  /** What the pointer pressed last: whoever presses it so does not mean Space for it. */
  #pressed: Element | null = null;

  constructor(call: CallClient, onTalking: (talking: boolean) => void) {
    this.#call = call;
    this.#onTalking = onTalking;
  }

  handlePointer = (event: PointerEvent): void => {
    this.#pressed = event.target instanceof Element ? event.target.closest(pressable) : null;
  };

  handleDown = (event: KeyboardEvent): void => {
    if (event.code === 'Tab' || event.code.startsWith('Arrow')) this.#pressed = null;
    if (event.code !== 'Space') return;
    // What was clicked last must not be pressed by the key that is held.
    if (this.#held) return event.preventDefault();
    if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (takesSpace(event.target, this.#pressed) || this.#call.snapshot.own.mic.state !== 'off') return;
    event.preventDefault();
    this.#set(true);
  };

  handleUp = (event: KeyboardEvent): void => {
    if (event.code !== 'Space' || !this.#held) return;
    event.preventDefault();
    this.release();
  };

  release = (): void => {
    if (this.#held) this.#set(false);
  };

  #set(held: boolean): void {
    this.#held = held;
    this.#onTalking(held);
    void this.#call.setDevice('mic', held);
  }
}

const pressable = 'button, a, summary, [role^=menuitem], [tabindex]';

/** Whether Space means something else to the element that has the focus. */
function takesSpace(target: EventTarget | null, pressed: Element | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target.matches(pressable) && target !== pressed;
}
