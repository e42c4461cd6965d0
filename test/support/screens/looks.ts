import type { Page } from 'playwright-core';

export interface Setting {
  theme: 'light' | 'dark';
  width: number;
  height: number;
}

/** How each screen is looked at: both themes, at a desk and on a phone. */
export const settings: readonly Setting[] = [
  { theme: 'light', width: 1280, height: 800 },
  { theme: 'dark', width: 1280, height: 800 },
  { theme: 'light', width: 360, height: 740 },
  { theme: 'dark', width: 360, height: 740 },
];

/**
 * Two of them for each language, so that over both languages every two of language, theme and size meet. All of them
 * where SCREENS=all.
 */
export function settingsFor(locale: 'zh-CN' | 'en-US'): readonly Setting[] {
  if (process.env.SCREENS === 'all') return settings;
  return settings.filter(({ theme, width }) => ((theme === 'light') === (locale === 'zh-CN')) === (width === 1280));
}

export const settingName = ({ theme, width }: Setting): string => `${width}-${theme}`;

/** Gives a page a size and colours, as a rule without motion, and waits until it is drawn so. */
export async function apply(
  page: Page,
  { theme, width, height }: Setting,
  motion: 'reduce' | 'no-preference' = 'reduce',
): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: motion });
  await page.setViewportSize({ width, height });
  // A hand on the mouse, so that bar and header stay.
  await page.mouse.move(width / 2, 90);
  await page.mouse.move(width / 2 + 12, 96);
  await page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(resolve), 60))),
      ),
  );
}
