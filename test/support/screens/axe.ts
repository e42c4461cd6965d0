import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.0 to 2.2, levels A and AA, and axe's best practices. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface AxeWindow {
  axe?: { run: (context: Document, options: object) => Promise<AxeResults> };
}

/** What axe finds wrong on a page as it stands, a line for each element. */
export async function violationsOn(page: Page): Promise<string[]> {
  // The debugger's door: no script of the page's, so its security policy stays as it is.
  if (!(await page.evaluate(() => (window as AxeWindow).axe !== undefined))) await page.evaluate(source);
  const results = await page.evaluate(
    (values) =>
      (window as AxeWindow).axe?.run(document, {
        runOnly: { type: 'tag', values },
        resultTypes: ['violations'],
        elementRef: false,
      }),
    tags,
  );
  if (!results) throw new Error('axe is not on the page');
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} ${target.join(' ')}: ${(failureSummary ?? '').replace(/\s+/g, ' ')}`,
    ),
  );
}
