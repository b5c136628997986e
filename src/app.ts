import cookieParser from 'cookie-parser';
import express, { type Express } from 'express';
import type { Parts } from './assemble.ts';
import { folders } from './folders.ts';
import { consentRoutes } from './routes/consent.ts';
import { deviceRoutes } from './routes/device.ts';
import { loginRoutes } from './routes/login.ts';
import { logoutRoutes } from './routes/logout.ts';
import { oauth2ErrorRoutes } from './routes/oauth2-error.ts';
import { startRoutes } from './routes/start.ts';
import { statusRoutes } from './routes/status.ts';
import { errorHandler, pageUnknown } from './screens/error-handler.ts';
import { locale, postedLocale } from './screens/locale.ts';
import { requestLocals, siteLocals } from './screens/page-locals.ts';
import { createRender } from './screens/render.ts';
import { createStaticFiles } from './screens/static-files.ts';
import { securityHeaders } from './web/headers.ts';
import { requestLog } from './web/log.ts';
import { parsedQuery } from './web/parsed-query.ts';

const largestForm = '64kb';

/** The whole app: what happens to a request, from top to bottom. */
export function createApp(parts: Parts): Express {
  const { config, csrf, locales, log } = parts;
  const { baseUrl, cookieSecrets, trustProxy } = config.web;
  const base = baseUrl.path || '/';
  const { hashedFiles, plainFiles, asset } = createStaticFiles(folders.public, {
    base: baseUrl.path,
    logoFile: config.brand.logoFile,
  });

  const app = express();
  app.set('env', 'production'); // should our own error handler fail, Express shows no stack either
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.set('trust proxy', trustProxy);
  app.response.render = createRender(folders.views);
  Object.assign(app.locals, siteLocals(config.brand, baseUrl.path, asset));

  app.use(requestLog(log));
  app.use(securityHeaders(baseUrl)); // before static files: they need them too
  app.use(hashedFiles, parsedQuery);
  app.use(requestLocals(locales), cookieParser([...cookieSecrets]));
  app.use(locale(locales, baseUrl));
  // A posted form is read, and shown to be from our own page, before any screen sees it.
  app.use(express.urlencoded({ extended: false, limit: largestForm }));
  app.use(postedLocale(locales, baseUrl), csrf.csrf);

  app.use(base, loginRoutes(parts), consentRoutes(parts), logoutRoutes(parts));
  app.use(base, deviceRoutes(parts), startRoutes(parts), oauth2ErrorRoutes(parts));
  app.use(base, statusRoutes(parts));
  app.use(plainFiles); // after the screens: a file takes no screen's place
  app.use(pageUnknown, errorHandler(parts));
  return app;
}
