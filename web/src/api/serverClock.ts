/**
 * The server's clock as seen from the page. Ages of results are shown in seconds and the page's clock may be minutes
 * off, so the difference is taken from the `Date` header of every REST answer (RFC 9110, section 6.6.1; whole seconds).
 */
let offsetMs = 0;

export function observeServerDate(header: string | null): void {
  const serverMs = header === null ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(serverMs)) offsetMs = serverMs + 500 - Date.now();
}

/** Now by the server's clock, ms since 1970; right to about a second. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
