import express, { type Express } from 'express';
import { authorizeRoutes } from './authorize.ts';
import type { Context } from './context.ts';
import { deviceRoutes } from './device.ts';
import { discoveryRoutes } from './discovery.ts';
import { fallbackPage, notFoundPage } from './html.ts';
import { logoutRoutes } from './logout.ts';
import { registrationRoutes } from './registration.ts';
import { tokenRoutes } from './token.ts';
import { forbidToKeep, uncachedReading } from './uncached.ts';
import { userinfoRoutes } from './userinfo.ts';

const fallbacks = [
  'login',
  'consent',
  'logout',
  'logout/callback',
  'error',
  'device',
  'device/done',
];

/** The public port: OAuth2 and OpenID Connect for clients and browsers. */
export function createPublicApi(context: Context): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(express.text({ type: 'application/x-www-form-urlencoded', limit: '1mb' }));
  app.use(uncachedReading(context.profile), (_req, res, next) => {
    forbidToKeep(res, context.profile.routing);
    next();
  });
  app.use(authorizeRoutes(context));
  app.use(tokenRoutes(context));
  app.use(userinfoRoutes(context));
  app.use(discoveryRoutes(context));
  if (context.profile.has.deviceFlow) app.use(deviceRoutes(context));
  app.use(logoutRoutes(context));
  app.use(registrationRoutes(context));
  app.get(['/health/alive', '/health/ready'], (_req, res) => void res.json({ status: 'ok' }));
  for (const page of fallbacks) {
    app.get(`/oauth2/fallbacks/${page}`, (_req, res) => {
      res
        .status(page === 'error' ? 500 : 200)
        .type('html')
        .send(fallbackPage(page));
    });
  }
  app.use((_req, res) => void res.status(404).type('html').send(notFoundPage()));
  return app;
}
