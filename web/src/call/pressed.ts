const presses = ['pointerdown', 'keydown'] as const;

/**
 * Browsers play nothing on a page before somebody has pressed on it, and Safari stops sounds for a phone call.
 * Calls `task` at every press until the returned function is called.
 */
export function atEachPress(task: () => void): () => void {
  for (const press of presses) document.addEventListener(press, task, { capture: true, passive: true });
  return () => {
    for (const press of presses) document.removeEventListener(press, task, { capture: true });
  };
}
