import { Router, type Request, type Response } from 'express';
import { html, type Html } from './html.ts';
import type { AppParts } from './app-parts.ts';
import { tokensView } from './token-views.ts';
import { nameOf, type Visit } from './visits.ts';

/** The first page: a few buttons, and the result of the last one. */
export function homeRoutes({ parties, visits, appName, show }: AppParts): Router {
  async function home(req: Request, res: Response): Promise<void> {
    const { tv } = await parties();
    const visit = visits.find(req);
    const signedIn = visit?.signedIn;
    show.page(res, {
      title: signedIn ? `Hello, ${nameOf(signedIn.tokens)}` : 'A place for your notes',
      body: html`${signedIn ? storyView(signedIn) : introduction} ${show.notes(visit)}
        <h2>Try it</h2>
        ${actions({ isSignedIn: signedIn !== undefined, hasDevices: tv !== undefined })}
        ${signedIn && tokensView(signedIn.tokens)}`,
    });
  }

  function documentPage(title: string) {
    return (_req: Request, res: Response) =>
      show.page(res, {
        title,
        body: html`<p>${appName} is a sample app. It stores nothing and promises nothing.</p>`,
      });
  }

  const router = Router();
  router.get('/', home);
  router.get('/policy', documentPage('Privacy policy'));
  router.get('/terms', documentPage('Terms'));
  return router;
}

const introduction = html`<p>
  This sample app has no passwords of its own. An OAuth2 server signs people in for it, and Portico
  shows the screens.
</p>`;

function storyView({ story }: NonNullable<Visit['signedIn']>): Html {
  return html`<h2>What just happened</h2>
    <ol>
      ${story.map((step) => html`<li>${step}</li>`)}
    </ol>`;
}

function actions({ isSignedIn, hasDevices }: { isSignedIn: boolean; hasDevices: boolean }): Html {
  const link = (href: string, label: string, about: string, style = '') =>
    html`<li>
      <a class="button ${style}" href="${href}">${label}</a>
      <p>${about}</p>
    </li>`;
  return html`<ul class="actions">
    ${
      isSignedIn
        ? link(
            '/sign-in/plain',
            'Sign in again',
            'As before, but without the questions whose answers are remembered.',
          )
        : link(
            '/sign-in/plain',
            'Sign in',
            'Asks who you are, for your name and your address.',
            'main',
          )
    }
    ${link('/sign-in/more', 'Ask for more scopes', 'Also your phone number and address, and staying connected.')}
    ${link('/sign-in/force', 'Force login', 'Asks for the password even if you are remembered (prompt=login).')}
    ${isSignedIn && link('/sign-out', 'Sign out', 'Ends the session at the server, if you agree.')}
    <li>
      ${
        hasDevices
          ? html`<form method="post" action="/tv">
                <button class="button">Connect a TV</button>
              </form>
              <p>Signs in a device without a keyboard, by a code.</p>`
          : html`<span>Connect a TV</span>
              <p>This OAuth2 server has no device flow; Hydra has one since 25.4.</p>`
      }
    </li>
  </ul>`;
}
