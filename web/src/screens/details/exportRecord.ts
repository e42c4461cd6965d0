import type { CallDetails } from '../timeline.ts';

/** Saves the record as the server gave it. */
export function saveJson(details: CallDetails): void {
  save(`veritalk-${details.call.id}.json`, 'application/json', JSON.stringify(details, null, 2));
}

/**
 * Saves the record as it is shown, plots and words included, as one page that needs nothing else: no script, no fonts, no
 * network. What people wrote stays text, as it is in the page itself.
 */
export function savePage(details: CallDetails, shown: HTMLElement): void {
  const copy = shown.cloneNode(true) as HTMLElement;
  for (const control of copy.querySelectorAll('button, a')) control.remove();
  const { lang, dataset } = document.documentElement;
  const head = document.implementation.createHTMLDocument(document.title);
  head.documentElement.lang = lang;
  Object.assign(head.documentElement.dataset, dataset);
  const charset = head.createElement('meta');
  charset.setAttribute('charset', 'utf-8');
  const policy = head.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "default-src 'none'; style-src 'unsafe-inline'";
  const style = head.createElement('style');
  style.textContent = stylesShown();
  head.head.prepend(charset, policy);
  head.head.append(style);
  head.body.append(head.importNode(copy, true));
  save(`veritalk-${details.call.id}.html`, 'text/html', `<!doctype html>\n${head.documentElement.outerHTML}`);
}

/** All rules of the page but those that would fetch something. */
function stylesShown(): string {
  return [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .map((rule) => rule.cssText)
    .filter((text) => !/url\(|@import/.test(text))
    .join('\n');
}

function save(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
