import { Router } from 'express';
import type { Hydra } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';

interface Needs {
  hydra: Pick<Hydra, 'server'>;
  identity: Pick<Parts['identity'], 'ready'>;
}

/**
 * Health checks: whether the process runs, and whether people can sign in, which takes the OAuth2
 * server and the user store too. Neither sets a cookie.
 */
export function statusRoutes({ hydra, identity }: Needs): Router {
  const router = Router();
  router.get('/health/alive', (_req, res) => void res.json({ status: 'ok' }));
  router.get('/health/ready', async (_req, res) => {
    const [isServerReady, isStoreReady] = await Promise.all([
      hydra.server.ready(),
      identity.ready(),
    ]);
    const faults = [
      isServerReady ? [] : 'the OAuth2 server does not answer',
      isStoreReady ? [] : 'the user store does not answer',
    ].flat();
    res.status(faults.length === 0 ? 200 : 503);
    res.json({ status: faults.join(', ') || 'ok' });
  });
  router.all(['/health/alive', '/health/ready'], (_req, res) => {
    res.status(405).set('Allow', 'GET, HEAD').json({ status: 'this can only be read' });
  });
  return router;
}
