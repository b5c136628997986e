import { readFileSync } from 'node:fs';
import { Router, type Response } from 'express';
import { html, type Html } from './html.ts';
import { icons } from './icons.ts';

export interface Page {
  title: string;
  /** The sentence under the heading. */
  lead?: string | undefined;
  body: Html;
  /** At the end of the line of the app's name. */
  aside?: Html;
  /** The body has the heading. */
  hasOwnHeading?: boolean;
  status?: number;
  /** Seconds until the browser reloads the page. */
  refreshAfter?: number;
  /** The page reloads by its own script, and by `refreshAfter` only where that does not run. */
  hasScript?: boolean;
}

export const toStart = html`<a href="/">Back to the start</a>`;

const leaf =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#2f8a5f" d="M2 14C2 6 7 2 14 2c0 8-4 12-12 12z"/></svg>';
const favicon = html`<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(leaf)}" />`;

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
].join('; ');
const scriptPolicy = "script-src 'self'; connect-src 'self'; ";

/**
 * Sends a page of the sample app. All values are escaped.
 * @param ancestors who may show it in a frame: a CSP source
 */
export function sendPage(res: Response, appName: string, page: Page, ancestors = "'none'"): void {
  const { title, lead, body, aside, hasOwnHeading, status = 200 } = page;
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} – ${appName}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${refreshOf(page)} ${favicon}
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <p class="brand">${icons.leaf} ${appName}</p>
          ${aside && html`<p>${aside}</p>`}
        </header>
        <main>
          ${hasOwnHeading !== true && html`<h1>${title}</h1>`}
          ${lead !== undefined && html`<p class="lead">${lead}</p>`} ${body}
        </main>
      </body>
    </html> `;
  res.status(status);
  const scripts = page.hasScript ? scriptPolicy : '';
  res.setHeader('Content-Security-Policy', `${scripts}${policy}; frame-ancestors ${ancestors}`);
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.type('html').send(markup);
}

function refreshOf({ refreshAfter, hasScript }: Page): Html | undefined {
  if (refreshAfter === undefined) return undefined;
  const refresh = html`<meta http-equiv="refresh" content="${refreshAfter}" />`;
  if (!hasScript) return refresh;
  return html`<noscript>${refresh}</noscript>
    <script src="/tv.js" defer></script>`;
}

/** The style sheet and the script, as they lie beside this file. */
export function assetRoutes(): Router {
  const router = Router();
  for (const name of ['style.css', 'tv.js']) {
    const text = readFileSync(new URL(name, import.meta.url), 'utf8');
    router.get(`/${name}`, (_req, res) => {
      res.setHeader('Cache-Control', 'no-cache');
      res.setHeader('X-Content-Type-Options', 'nosniff');
      res.type(name).send(text);
    });
  }
  return router;
}
