import { linkParts } from '../call/links.ts';

/** Text that somebody wrote, shown literally; web addresses in it open elsewhere and learn nothing of this page. */
export function LinkedText({ text }: { text: string }) {
  return linkParts(text).map(({ text: part, href }, index) =>
    href === null ? (
      part
    ) : (
      <a key={index} href={href} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ),
  );
}
