import { Router } from 'express';
import type { Hydra } from '@portico/hydra-admin';

/**
 * Whether this process lives, and whether it can do its work: without the OAuth2 server nobody can
 * sign in, so that one is asked. Neither answer sets a cookie.
 */
export function statusRoutes({ hydra }: { hydra: Pick<Hydra, 'server'> }): Router {
  const router = Router();
  router.get('/health/alive', (_req, res) => void res.json({ status: 'ok' }));
  router.get('/health/ready', async (_req, res) => {
    const isReady = await hydra.server.ready();
    res.status(isReady ? 200 : 503);
    res.json({ status: isReady ? 'ok' : 'the OAuth2 server does not answer' });
  });
  router.all(['/health/alive', '/health/ready'], (_req, res) => {
    res.status(405).set('Allow', 'GET, HEAD').json({ status: 'this can only be read' });
  });
  return router;
}
