import { Router, type RequestHandler } from 'express';
import type { Context } from './context.ts';

/**
 * `/oauth2/register/{id}` (OpenID Connect Dynamic Client Registration): shows whether registration is
 * open, as the real server does. Nobody can register here: no client is known to it.
 */
export function registrationRoutes({ isSelfRegistrationOn, profile }: Context): Router {
  const router = Router();
  const path = '/oauth2/register/:id';
  if (isSelfRegistrationOn) router.all(path, refuse);
  else if (profile.isClosedRegistrationTold) router.all(path, sayClosed);
  return router;
}

const refuse: RequestHandler = (_req, res) =>
  void res.status(401).json({
    error: 'The request could not be authorized',
    error_description:
      'The requested OAuth 2.0 client does not exist or you provided incorrect credentials.',
  });

const sayClosed: RequestHandler = (_req, res) =>
  void res.status(404).json({
    error: 'The requested resource could not be found',
    error_description: 'Dynamic registration is not enabled.',
  });
