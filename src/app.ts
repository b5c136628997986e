import { fileURLToPath } from 'node:url';
import express, { Router, type Express } from 'express';
import type { Parts } from './assemble.ts';
import type { Config } from './config.ts';
import { consentRoutes } from './routes/consent.ts';
import type { Desk, Pages } from './routes/desk.ts';
import { deviceRoutes } from './routes/device.ts';
import { loginRoutes } from './routes/login.ts';
import { logoutRoutes } from './routes/logout.ts';
import { oauth2ErrorRoutes } from './routes/oauth2-error.ts';
import { startRoutes } from './routes/start.ts';
import { statusRoutes } from './routes/status.ts';
import { createCsrf } from './web/csrf.ts';
import { errorHandler, pageUnknown } from './screens/error-handler.ts';
import { securityHeaders } from './web/headers.ts';
import { createKnownBrowsers } from './web/known-browser.ts';
import { loadLocales, locale, postedLocale } from './screens/locale.ts';
import type { CookieHome } from './web/cookies.ts';
import { requestLog } from './web/log.ts';
import { createAnswers } from './web/once.ts';
import { requestLocals, siteLocals } from './screens/page-locals.ts';
import { createRender } from './screens/render.ts';
import { parsedQuery } from './web/parsed-query.ts';
import { createDeviceLimiter, createLoginLimiter } from './web/limits.ts';
import { createSessions } from './web/session.ts';
import { createStaticFiles } from './screens/static-files.ts';
import { createWayBack } from './web/way-back.ts';

const folder = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const largestForm = '64kb';

/** The whole app: what happens to a request, from top to bottom. */
export function createApp(parts: Parts): Express {
  const { config, log } = parts;
  const { path: base } = config.web.baseUrl;
  const desk = createDesk(parts);
  const { hashedFiles, plainFiles, asset } = createStaticFiles(folder('public'), {
    base,
    logoFile: config.brand.logoFile,
  });

  const app = express();
  app.set('env', 'production'); // should our own error handler fail, Express shows no stack either
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.set('trust proxy', config.web.trustProxy);
  app.response.render = createRender(folder('views'));
  Object.assign(app.locals, siteLocals(config.brand, base, asset));

  app.use(requestLog(log));
  app.use(securityHeaders(config.web.baseUrl)); // before static files: they need them too
  app.use(hashedFiles, parsedQuery);
  app.use(requestLocals(desk.locales), desk.csrf.cookies);
  app.use(locale(desk.locales, config.web.baseUrl));
  app.use(base || '/', screens(desk, config.web.baseUrl));
  app.use(plainFiles); // after the screens: a file takes no screen's place
  app.use(pageUnknown, errorHandler(log, desk.wayBack, base));
  return app;
}

/** Only these take a post. It is read, and shown to be from our own page, before any route sees it. */
const pagesWithForm = ['/', '/login', '/consent', '/logout', '/device/verify'];

/** The screens, those that most people see first. */
function screens(desk: Desk, home: CookieHome): Router {
  const site = Router();
  site.post(pagesWithForm, express.urlencoded({ extended: false, limit: largestForm }));
  site.post(pagesWithForm, postedLocale(desk.locales, home), desk.csrf.csrf);
  site.use(loginRoutes(desk), consentRoutes(desk), logoutRoutes(desk), deviceRoutes(desk));
  site.use(startRoutes(desk), oauth2ErrorRoutes(desk.pages), statusRoutes(desk));
  return site;
}

function createDesk({ config, ...parts }: Parts): Desk {
  const { baseUrl, cookieSecrets } = config.web;
  return {
    ...parts,
    policy: config.policy,
    locales: loadLocales(folder('views/locales')),
    answers: createAnswers(),
    csrf: createCsrf(baseUrl, cookieSecrets),
    sessions: createSessions(baseUrl, cookieSecrets),
    knownBrowsers: createKnownBrowsers(baseUrl),
    loginLimiter: createLoginLimiter(),
    deviceLimiter: createDeviceLimiter(),
    wayBack: createWayBack(cookieSecrets),
    pages: pagesOf(config),
  };
}

function pagesOf({ web, hydra }: Config): Pages {
  const { path: base } = web.baseUrl;
  const onServer = (path: string) =>
    hydra.publicUrl ? { startAgain: `${hydra.publicUrl}${path}` } : {};
  return {
    start: `${base}/`,
    loggedOut: `${base}/logged-out`,
    stayed: `${base}/logout/stayed`,
    denied: `${base}/error?error=access_denied`,
    signOutOfServer: onServer('/oauth2/sessions/logout'),
    enterCode: onServer('/oauth2/device/verify'),
  };
}
