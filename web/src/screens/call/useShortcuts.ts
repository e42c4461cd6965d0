import { useEffect } from 'react';
import { useStore } from 'zustand';
import { preferences } from '../../session/preferences.ts';

export type ShortcutName =
  | 'mic'
  | 'camera'
  | 'share'
  | 'hand'
  | 'people'
  | 'chat'
  | 'security'
  | 'layout'
  | 'fullScreen'
  | 'stats'
  | 'help'
  | 'close';

/** Keys of the call, as the list behind "?" shows them. A capital is the letter with Shift. */
export const shortcutKeys: ReadonlyArray<[key: string, name: ShortcutName]> = [
  ['m', 'mic'],
  ['v', 'camera'],
  ['s', 'share'],
  ['h', 'hand'],
  ['p', 'people'],
  ['c', 'chat'],
  ['i', 'security'],
  ['g', 'layout'],
  ['f', 'fullScreen'],
  ['S', 'stats'],
  ['?', 'help'],
  ['Escape', 'close'],
];

const commandKeys: Readonly<Record<string, ShortcutName>> = { d: 'mic', e: 'camera' };

/**
 * Single keys act in the call only, never in fields or while an input method composes, and can be switched off
 * (WCAG 2.1.4). Ctrl or Cmd with D and E switch microphone and camera as well.
 */
export function useShortcuts(actions: Readonly<Record<ShortcutName, () => void>>): void {
  const enabled = useStore(preferences, (state) => state.shortcuts);
  useEffect(() => {
    const handle = (event: KeyboardEvent): void => {
      const name = shortcutOf(event, enabled);
      if (name === null) return;
      if (name !== 'close') event.preventDefault();
      actions[name]();
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, [actions, enabled]);
}

function shortcutOf(event: KeyboardEvent, singleKeys: boolean): ShortcutName | null {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.altKey || inField(event.target)) return null;
  const key = event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return commandKeys[key] ?? null;
  // What is on top closes first, by its own hand.
  if (key === 'Escape' && event.target instanceof Element && event.target.closest('[role="menu"]')) return null;
  const name = shortcutKeys.find(([shortcut]) => shortcut === key)?.[1] ?? null;
  return singleKeys || name === 'close' ? name : null;
}

/** Where letters are typed, or choose. A switch is none: after a press on it the keys still act. */
function inField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Safari on phones has no full screen for pages. */
export function canFillScreen(): boolean {
  return document.fullscreenEnabled;
}

export async function toggleFullScreen(): Promise<void> {
  if (!canFillScreen()) return;
  // Browsers may refuse; then nothing changes.
  if (document.fullscreenElement) await document.exitFullscreen().catch(() => undefined);
  else await document.documentElement.requestFullscreen().catch(() => undefined);
}
