import express, { type ErrorRequestHandler, type Express } from 'express';
import type { AppParts } from './app-parts.ts';
import type { Fault } from './faults.ts';
import { homeRoutes } from './home.ts';
import { html, type Html } from './html.ts';
import { assetRoutes, sendPage, type Page } from './page.ts';
import { signInRoutes } from './sign-in.ts';
import { signOutRoutes } from './sign-out.ts';
import { tvRoutes } from './tv.ts';
import { createVisits, nameOf, type Visit } from './visits.ts';

export type SampleAppOptions = Omit<AppParts, 'visits' | 'show'>;

/** An app that people sign in to through Portico. It is small, but does all checks of a real one. */
export function createSampleApp(options: SampleAppOptions): Express {
  const sampleApp: AppParts = {
    ...options,
    visits: createVisits(),
    show: {
      page: (res, page, ancestors) => sendPage(res, options.appName, page, ancestors),
      fault: (res, fault, visit) => sendPage(res, options.appName, faultPage(fault, visit)),
      notes: (visit) => notesView(visit?.notes ?? []),
    },
  };
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(
    assetRoutes(),
    homeRoutes(sampleApp),
    signInRoutes(sampleApp),
    signOutRoutes(sampleApp),
    tvRoutes(sampleApp),
  );
  app.use(serverAway(sampleApp));
  return app;
}

function faultPage({ code, description, meaning }: Fault, visit?: Visit): Page {
  const tokens = visit?.signedIn?.tokens;
  return {
    title: tokens ? 'The app got nothing new' : 'You are not signed in',
    lead: tokens ? `${meaning} You are still signed in here as ${nameOf(tokens)}.` : meaning,
    status: 400,
    body: html`<section class="card">
        <h2>What the app was told</h2>
        <dl class="rows facts">
          <div>
            <dt>Error</dt>
            <dd>${code}</dd>
            <dd><code>error</code></dd>
          </div>
          ${
            description !== '' &&
            html`<div>
              <dt>Description</dt>
              <dd>${description}</dd>
              <dd><code>error_description</code></dd>
            </div>`
          }
        </dl>
      </section>
      <p class="buttons"><a class="button" href="/">Go to the start</a></p>`,
  };
}

function notesView(notes: string[]): Html {
  if (notes.length === 0) return html``;
  return html`<section class="card notes">
    <h2>What the server told this app</h2>
    <ul class="rows">
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>
  </section>`;
}

/** For errors: most likely the OAuth2 server has not started yet, so the page reloads by itself. */
function serverAway({ appName, tell }: AppParts): ErrorRequestHandler {
  return function showServerAway(error: unknown, req, res, _next) {
    tell(appName, `${req.path} → the OAuth2 server does not answer (503)`);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    sendPage(res, appName, {
      title: 'The OAuth2 server does not answer',
      lead: 'This page tries again every three seconds.',
      status: 503,
      refreshAfter: 3,
      body: html`<section class="card"><code>${String(error)}</code></section>`,
    });
  };
}
