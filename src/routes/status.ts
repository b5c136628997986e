import { Router } from 'express';
import type { Hydra } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';

interface Needs {
  hydra: Pick<Hydra, 'server'>;
  identity: Pick<Parts['identity'], 'ready'>;
  state: Pick<Parts['state'], 'ready'>;
}

/**
 * Health checks: whether the process runs, and whether people can sign in, which takes the OAuth2
 * server, the user store and what instances share, too. Neither sets a cookie.
 */
export function statusRoutes({ hydra, identity, state }: Needs): Router {
  const router = Router();
  router.get('/health/alive', (_req, res) => void res.json({ status: 'ok' }));
  router.get('/health/ready', async (_req, res) => {
    const [isServerReady, isStoreReady, isStateReady] = await Promise.all([
      hydra.server.ready(),
      identity.ready(),
      state.ready(),
    ]);
    const faults = [
      isServerReady ? [] : 'the OAuth2 server does not answer',
      isStoreReady ? [] : 'the user store does not answer',
      isStateReady ? [] : 'the database does not answer',
    ].flat();
    res.status(faults.length === 0 ? 200 : 503);
    res.json({ status: faults.join(', ') || 'ok' });
  });
  router.all(['/health/alive', '/health/ready'], (_req, res) => {
    res.status(405).set('Allow', 'GET, HEAD').json({ status: 'this can only be read' });
  });
  return router;
}
