import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';

/** Addresses at which the page takes over and shows a screen of its own. */
const screens = [
  '/',
  '/m/:roomId',
  '/g/:link',
  '/history',
  '/calls/:id',
  '/settings',
  '/network',
  '/admin',
  '/invite/:token',
];

/**
 * Serves the built page. Files below `assets/` carry their hash in the name and never change; everything else is
 * asked for again each time. Unknown addresses show the page as well, with status 404.
 *
 * @param webRoot - Folder of the build. Where it holds none (a server without a page), every address is 404.
 */
export function createPages(webRoot: string): Router {
  const router = Router();
  const file = join(webRoot, 'index.html');
  const index = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (index !== null) {
    router.get(screens, (_request, response) => {
      response.set('Cache-Control', 'no-cache').type('html').send(index);
    });
  }
  router.use(
    express.static(webRoot, {
      index: false,
      redirect: false,
      dotfiles: 'ignore',
      setHeaders: (response, path) => {
        const hashed = path.startsWith(join(webRoot, 'assets'));
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  router.use((request, response) => {
    response.status(404).set('Cache-Control', 'no-cache');
    if (index !== null && request.method === 'GET') response.type('html').send(index);
    else response.type('text').send('Not found\n');
  });
  return router;
}
