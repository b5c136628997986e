import { Router } from 'express';
import type { Parts } from '../assemble.ts';
import { isProbe } from '../web/log.ts';

/**
 * Health checks: whether the process runs, and whether this instance can serve pages. Nobody is asked
 * for that, no cookie is set, and the log has no line of them but at `debug`.
 */
export function statusRoutes({ lifecycle }: Pick<Parts, 'lifecycle'>): Router {
  const router = Router();
  router.use(['/health/alive', '/health/ready'], isProbe);
  router.get('/health/alive', (_req, res) => void res.json({ status: 'ok' }));
  router.get('/health/ready', (_req, res) => {
    const { isReady, status } = lifecycle.readiness();
    res.status(isReady ? 200 : 503).json({ status });
  });
  router.all(['/health/alive', '/health/ready'], (_req, res) => {
    res.status(405).set('Allow', 'GET, HEAD').json({ status: 'this can only be read' });
  });
  return router;
}
