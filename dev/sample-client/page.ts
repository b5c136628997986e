import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { html, type Html } from './html.ts';

export interface Page {
  title: string;
  body: Html;
  status?: number;
  /** Seconds until the browser reloads the page. */
  refreshAfter?: number;
}

const style = `
:root { color-scheme: light dark; --ink: light-dark(#20302a, #e4ece8); --soft: light-dark(#55655e, #9fb0a8);
  --paper: light-dark(#fbfaf4, #151b18); --card: light-dark(#fff, #1d2521); --line: light-dark(#d9ddd3, #35403a);
  --green: light-dark(#1f6b48, #7fd0a8); --on-green: light-dark(#fff, #10271b); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 16px 64px; max-width: 860px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header { font-weight: 600; color: var(--green); }
h1 { font-size: 28px; line-height: 1.2; margin: 16px 0 8px; }
h2 { font-size: 18px; margin: 32px 0 8px; }
a { color: var(--green); }
ul.actions { list-style: none; margin: 16px 0; padding: 0; display: grid; gap: 12px; }
ul.actions li { display: grid; gap: 4px 16px; align-items: center; grid-template-columns: 220px 1fr; }
ul.actions p { margin: 0; color: var(--soft); }
.button { display: inline-block; width: 100%; padding: 10px 16px; border: 1px solid var(--green); border-radius: 8px;
  background: none; color: var(--green); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.button.main { background: var(--green); color: var(--on-green); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { padding: 6px 12px; text-align: start; vertical-align: top; border-top: 1px solid var(--line); }
th { white-space: nowrap; font-weight: 400; }
tr:first-child > * { border-top: 0; }
td:last-child { color: var(--soft); }
code { font: 14px/1.5 ui-monospace, monospace; }
.token { display: block; padding: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.code { font-size: 32px; letter-spacing: 4px; }
@media (max-width: 560px) { ul.actions li { grid-template-columns: 1fr; } }
`;

// Not written inside the page: its formatting would change the characters that are hashed.
const styleElement: Html = { markup: `<style>${style}</style>` };
const styleHash = createHash('sha256').update(style).digest('base64');

const leaf =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#2f8a5f" d="M2 14C2 6 7 2 14 2c0 8-4 12-12 12z"/></svg>';
const icon = html`<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(leaf)}" />`;

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
].join('; ');

/**
 * Sends a page of the sample app. It has no script, and all values are escaped.
 * @param ancestors who may show it in a frame: a CSP source
 */
export function sendPage(
  res: Response,
  appName: string,
  { title, body, status = 200, refreshAfter }: Page,
  ancestors = "'none'",
): void {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} – ${appName}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refreshAfter && html`<meta http-equiv="refresh" content="${refreshAfter}" />`} ${icon}
        ${styleElement}
      </head>
      <body>
        <header>${appName}</header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `;
  res.status(status);
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Security-Policy', `${policy}; frame-ancestors ${ancestors}`);
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.type('html').send(page.markup);
}
