import { Router } from 'express';
import type { Parts } from '../assemble.ts';
import { answerBriefly } from '../web/opening.ts';

/** A logo may hold anything, also a page with scripts: opened by itself, it can do nothing. */
const harmless = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'Content-Disposition': 'inline',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'public, max-age=86400',
};

/**
 * The logos of clients, at the addresses that `ClientLogos` makes. An instance that has not got the
 * logo, because another one has rendered the page, fetches it.
 */
export function clientLogoRoutes({ clientLogos }: Pick<Parts, 'clientLogos'>): Router {
  const router = Router();
  router.get(/^\/client-logo\/([\w.-]+)$/, async (req, res) => {
    const image = await clientLogos.open(req.params[0] ?? '');
    if (!image) return answerBriefly(res, 404);
    res.set(harmless).setHeader('Content-Type', image.type);
    res.send(image.bytes);
  });
  return router;
}
