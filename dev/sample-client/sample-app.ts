import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Fault } from './faults.ts';
import { homeRoutes } from './home.ts';
import { html, type Html } from './html.ts';
import { sendPage, type Page } from './page.ts';
import type { AppParts } from './app-parts.ts';
import { signInRoutes } from './sign-in.ts';
import { signOutRoutes } from './sign-out.ts';
import { tvRoutes } from './tv.ts';
import { createVisits } from './visits.ts';

/** An app that people sign in to through Portico. It is small, but does all checks of a real one. */
export function createSampleApp(options: Pick<AppParts, 'parties' | 'appName' | 'url'>): Express {
  const sampleApp: AppParts = {
    ...options,
    visits: createVisits(),
    show: {
      page: (res, page, ancestors) => sendPage(res, options.appName, page, ancestors),
      fault: (res, fault) => sendPage(res, options.appName, faultPage(fault)),
      notes: (visit) => notesView(visit?.notes ?? []),
    },
  };
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(
    homeRoutes(sampleApp),
    signInRoutes(sampleApp),
    signOutRoutes(sampleApp),
    tvRoutes(sampleApp),
  );
  app.use(serverAway(options.appName));
  return app;
}

function faultPage({ code, description, meaning }: Fault): Page {
  return {
    title: 'You are not signed in',
    status: 400,
    body: html`<p>${meaning}</p>
      <p><code>${code}</code> ${description}</p>
      <p><a href="/">Back to the start</a></p>`,
  };
}

function notesView(notes: string[]): Html {
  if (notes.length === 0) return html``;
  return html`<h2>What the server told this app</h2>
    <ul>
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>`;
}

/** For errors: most likely the OAuth2 server has not started yet, so the page reloads by itself. */
function serverAway(appName: string): ErrorRequestHandler {
  return function showServerAway(error: unknown, _req, res, _next) {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    sendPage(res, appName, {
      title: 'The OAuth2 server does not answer',
      status: 503,
      refreshAfter: 3,
      body: html`<p>This page tries again every three seconds.</p>
        <p><code>${String(error)}</code></p>`,
    });
  };
}
