import { createStore } from 'zustand/vanilla';

/** The window that floats above all others (Document Picture-in-Picture), where the browser has it. */

interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}
type Global = typeof globalThis & { documentPictureInPicture?: DocumentPictureInPicture };

const size = { width: 400, height: 268 };

/** The floating window; null while there is none. */
export const floating = createStore<{ window: Window | null }>(() => ({ window: null }));

/** `window`: with plates and buttons; `video`: one bare picture; null: the browser has neither. */
function way(): 'window' | 'video' | null {
  if ('documentPictureInPicture' in globalThis) return 'window';
  return document.pictureInPictureEnabled ? 'video' : null;
}

export function canFloat(): boolean {
  return way() !== null;
}

/** Opens or closes it. Browsers open it at a press only; when they refuse nothing changes. */
export async function togglePictureInPicture(): Promise<void> {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  const { window: open } = floating.getState();
  if (open) return open.close();
  try {
    if (way() === 'window') await openWindow();
    else await document.querySelector<HTMLVideoElement>('[data-self="false"] video')?.requestPictureInPicture();
  } catch {
    // Refused.
  }
}

async function openWindow(): Promise<void> {
  const opened = await (globalThis as Global).documentPictureInPicture?.requestWindow(size);
  if (!opened) return;
  const { documentElement: root, head } = opened.document;
  root.lang = document.documentElement.lang;
  for (const { name, value } of document.documentElement.attributes) root.setAttribute(name, value);
  // Only files of our own server are taken along: nothing is written into the window that its policy forbids.
  for (const { href } of document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')) {
    const link = opened.document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    head.append(link);
  }
  opened.document.title = document.title;
  opened.addEventListener('pagehide', () => floating.setState({ window: null }));
  floating.setState({ window: opened });
}
