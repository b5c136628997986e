import { Router } from 'express';
import type { Hydra } from '@portico/hydra-admin';

/**
 * Health checks: whether the process runs, and whether people can sign in, which takes the OAuth2
 * server too. Neither sets a cookie.
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
