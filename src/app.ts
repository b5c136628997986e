import cookieParser from 'cookie-parser';
import express, { Router, type Express } from 'express';
import type { Parts } from './assemble.ts';
import { folders } from './folders.ts';
import { changePasswordRoutes } from './routes/change-password.ts';
import { clientLogoRoutes } from './routes/client-logo.ts';
import { consentRoutes } from './routes/consent.ts';
import { deviceRoutes } from './routes/device.ts';
import { loginRoutes } from './routes/login.ts';
import { logoutRoutes } from './routes/logout.ts';
import { oauth2ErrorRoutes } from './routes/oauth2-error.ts';
import { startRoutes } from './routes/start.ts';
import { statusRoutes } from './routes/status.ts';
import { answerQuestions } from './doctor/answer.ts';
import { brandFiles } from './screens/brand-files.ts';
import { errorHandler, pageUnknown } from './screens/error-handler.ts';
import { locale, postedLocale } from './screens/locale.ts';
import { requestLocals, siteLocals } from './screens/page-locals.ts';
import { createRender } from './screens/render.ts';
import { createStaticFiles } from './screens/static-files.ts';
import { wayIcons } from './screens/way-view.ts';
import { forwardedAddresses } from './web/client-address.ts';
import { securityHeaders } from './web/headers.ts';
import { literalPath } from './web/literal-path.ts';
import { requestLog } from './web/log.ts';
import { onlyOpened } from './web/opening.ts';
import { parsedQuery } from './web/parsed-query.ts';

/** A challenge of 32 kB, the sealed facts, and the most that an app may ask for. */
const largestForm = '128kb';

/** The whole app: what happens to a request, from top to bottom. */
export function createApp(parts: Parts): Express {
  const { addressWatch, config, csrf, identity, locales, log, tracer } = parts;
  const { baseUrl, cookieSecrets, trustProxy } = config.web;
  const base = literalPath(baseUrl.path) || '/';
  const more = brandFiles(config.brand, baseUrl.path);
  Object.assign(more.paths, wayIcons(identity.ways));
  const { hashedFiles, plainFiles, asset } = createStaticFiles(folders.public, {
    base: baseUrl.path,
    more,
  });

  const app = express();
  app.set('env', 'production'); // so that Express shows no stack if our own error handler fails
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.set('trust proxy', trustProxy);
  app.response.render = createRender(folders.views, tracer.span);
  Object.assign(app.locals, siteLocals(config.brand, baseUrl.path, asset));

  app.use(forwardedAddresses, requestLog(log, tracer));
  app.use(securityHeaders(baseUrl)); // before static files: they need them too
  app.use(answerQuestions(parts, asset)); // of `portico doctor`, at any path
  app.use(hashedFiles).use(base, clientLogoRoutes(parts)); // before all that sets cookies
  app.use(addressWatch.watch, parsedQuery);
  app.use(requestLocals(locales), cookieParser([...cookieSecrets]));
  app.use(locale(locales, baseUrl));
  // Before any screen: each relies on a parsed form that is known to come from our own page.
  const readForm = express.urlencoded({ extended: false, limit: largestForm });
  app.post(/.*/, readForm, postedLocale(locales, baseUrl), csrf.csrf);

  const screens = Router().use(onlyOpened);
  screens.use(loginRoutes(parts), consentRoutes(parts), logoutRoutes(parts));
  screens.use(deviceRoutes(parts), startRoutes(parts), oauth2ErrorRoutes(parts));
  app.use(base, screens, statusRoutes(parts));
  app.use(changePasswordRoutes(parts)); // not a screen: programs ask for it
  app.use(plainFiles); // after the screens, so that no file can replace one
  app.use(pageUnknown, errorHandler(parts));
  return app;
}
