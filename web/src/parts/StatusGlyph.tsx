import type { Sign } from '../call/signs.ts';

/** The five outlines. The shape carries the meaning; the colour comes from around it. */
export function StatusGlyph({ sign, size = 16 }: { sign: Sign; size?: number }) {
  return (
    <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden style={{ flex: 'none' }}>
      {outlines[sign]}
    </svg>
  );
}

const eye = 'M1.9 10C3.7 6.7 6.6 5 10 5s6.3 1.7 8.1 5c-1.8 3.3-4.7 5-8.1 5s-6.3-1.7-8.1-5z';

const outlines = {
  safe: (
    <>
      <path d={eye} fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinejoin="round" />
      <circle cx="10" cy="10" r="2.5" fill="currentColor" />
    </>
  ),
  verified: (
    <>
      <circle cx="10" cy="10" r="8.5" fill="currentColor" />
      <path
        d="m6.4 10.3 2.4 2.4 4.8-5.2"
        fill="none"
        stroke="var(--gt, var(--surface))"
        strokeWidth="2.1"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  risk: (
    <>
      <path
        d="M8.6 2.9a1.6 1.6 0 0 1 2.8 0l6.6 11.7a1.6 1.6 0 0 1-1.4 2.4H3.4A1.6 1.6 0 0 1 2 14.6z"
        fill="currentColor"
      />
      <path d="M10 7v4.2" stroke="var(--gi, var(--surface))" strokeWidth="2" strokeLinecap="round" />
      <circle cx="10" cy="14" r="1.2" fill="var(--gi, var(--surface))" />
    </>
  ),
  undetermined: (
    <>
      <circle cx="10" cy="10" r="7.6" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path d="M10 5.2a4.8 4.8 0 0 0 0 9.6z" fill="currentColor" />
    </>
  ),
  unscored: (
    <>
      <path d={eye} fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinejoin="round" />
      <circle cx="10" cy="10" r="2.1" fill="currentColor" />
      <path d="m3.6 16.6 12.8-13.2" stroke="currentColor" strokeWidth="1.9" strokeLinecap="round" />
    </>
  ),
} as const;
