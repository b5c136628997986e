import { Router } from 'express';
import type { Context } from '../oauth2/context.ts';
import { answerJson, serve } from './answer.ts';

/** Health and version. */
export function statusRoutes({ profile }: Context): Router {
  const router = Router();
  for (const path of ['/health/alive', '/health/ready']) {
    serve(router, path, { get: (_req, res) => answerJson(res, { status: 'ok' }) });
  }
  serve(router, '/version', {
    get: (_req, res) => answerJson(res, { version: profile.version }),
  });
  return router;
}
