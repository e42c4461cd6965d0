/** The mark: two strokes that meet. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} fill="none" strokeWidth="7" strokeLinecap="round" aria-hidden>
      <path d="M6.5 7 16 25" stroke="currentColor" />
      <path d="M25.5 7 16 25" stroke="currentColor" opacity=".42" />
    </svg>
  );
}

/** The handset lying down, for hanging up and declining. */
export function HangUpIcon({ size = 26 }: { size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="currentColor" aria-hidden>
      <path d="M12 8.2c3.9 0 7.5 1.3 10 3.7.5.5.5 1.2.2 1.8l-1.3 2.3c-.4.7-1.2 1-1.9.7l-2.9-1.1c-.6-.2-1-.8-1.1-1.4l-.2-1.5a12 12 0 0 0-5.6 0l-.2 1.5c-.1.6-.5 1.2-1.1 1.4L5 16.7c-.7.3-1.5 0-1.9-.7l-1.3-2.3c-.3-.6-.3-1.3.2-1.8 2.5-2.4 6.1-3.7 10-3.7z" />
    </svg>
  );
}
