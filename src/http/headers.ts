import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../config.ts';

/** What the page may use of the browser: what a call needs. */
const permissions = [
  'camera=(self)',
  'microphone=(self)',
  'display-capture=(self)',
  'autoplay=(self)',
  'fullscreen=(self)',
  'picture-in-picture=(self)',
  'screen-wake-lock=(self)',
  'speaker-selection=(self)',
  'geolocation=()',
  'payment=()',
  'usb=()',
].join(', ');

/** Headers that tell browsers to load nothing from elsewhere, run nothing inline, and show us in nobody's frame. */
export function createSecurityHeaders(server: Config['server']): RequestHandler[] {
  const https = server.tls !== null || server.publicUrl?.startsWith('https:') === true;
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // The background blur is a WASM program of our own server; turning strings into script stays forbidden.
          scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
          // Styles are files, too: Mantine is told to put none into the page at run time (App.tsx).
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'blob:', 'data:'],
          mediaSrc: ["'self'", 'blob:'],
          workerSrc: ["'self'", 'blob:'],
          fontSrc: ["'self'"],
          // Older Safari does not count the own host's ws: as 'self'.
          connectSrc: ["'self'", 'ws:', 'wss:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: https,
    }),
    (_request, response, next) => {
      response.set('Permissions-Policy', permissions);
      next();
    },
  ];
}
