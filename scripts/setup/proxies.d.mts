/** The program of Debian's package: the one that is installed, else the one that setup took out of it; null without. */
export function proxyProgram(name: 'nginx' | 'caddy'): string | null;
