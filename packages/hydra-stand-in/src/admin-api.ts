import express, { Router, type Express } from 'express';
import { answerError } from './admin/answer.ts';
import { clientRoutes } from './admin/clients.ts';
import { consentRequestRoutes } from './admin/consent-requests.ts';
import { deviceRequestRoutes } from './admin/device-requests.ts';
import { introspectRoutes } from './admin/introspect.ts';
import { metricsRoutes } from './admin/metrics.ts';
import { statusPaths, toPrefix, trailingSlash, unknownRoute } from './admin/routing.ts';
import { keyRoutes } from './admin/keys.ts';
import { loginRequestRoutes } from './admin/login-requests.ts';
import { logoutRequestRoutes } from './admin/logout-requests.ts';
import { sessionRoutes } from './admin/sessions.ts';
import { statusRoutes } from './admin/status.ts';
import { tokenRoutes } from './admin/tokens.ts';
import type { Context } from './oauth2/context.ts';
import { uncachedReading } from './oauth2/uncached.ts';

/** The admin port: what the login and consent app, and whoever registers clients, call. */
export function createAdminApi(context: Context): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing');
  // JSON is read whatever the header says.
  app.use(express.text({ type: () => true, limit: '1mb' }));
  const { profile } = context;
  app.locals['routing'] = profile.routing;
  app.use(uncachedReading(profile), trailingSlash(profile), toPrefix(profile));
  const operations = Router({ caseSensitive: true })
    .use(loginRequestRoutes(context))
    .use(consentRequestRoutes(context))
    .use(logoutRequestRoutes(context))
    .use(clientRoutes(context))
    .use(sessionRoutes(context))
    .use(introspectRoutes(context))
    .use(tokenRoutes(context))
    .use(keyRoutes(context))
    .use(metricsRoutes(context));
  if (profile.has.deviceFlow) operations.use(deviceRequestRoutes(context));
  for (const path of profile.adminPaths) app.use(path, operations);
  for (const path of statusPaths(profile)) app.use(path, statusRoutes(context));
  app.use(unknownRoute(profile));
  app.use(answerError);
  return app;
}
