import { Router, type Request, type Response } from 'express';
import type { AppParts } from './app-parts.ts';
import { furtherView, waysView } from './cards.ts';
import { html, type Html } from './html.ts';
import { toStart } from './page.ts';
import type { Step } from './story.ts';
import { tokensView } from './token-views.ts';
import { greetingFor, nameOf, type Visit } from './visits.ts';

type SignedIn = NonNullable<Visit['signedIn']>;

/** The first page: what to try, and after a sign-in what the app knows and how it got it. */
export function homeRoutes({ parties, visits, accounts, appName, show }: AppParts): Router {
  async function home(req: Request, res: Response): Promise<void> {
    const { tv } = await parties();
    const visit = visits.find(req);
    const signedIn = visit?.signedIn;
    const cards = html`${waysView(tv !== undefined)} ${furtherView(accounts)}`;
    show.page(res, {
      ...(signedIn ? helloTo(signedIn) : welcome),
      body: html`${show.notes(visit)} ${signedIn && knownView(signedIn)} ${cards}`,
    });
  }

  function documentPage(title: string) {
    return (_req: Request, res: Response) =>
      show.page(res, {
        title,
        aside: toStart,
        lead: `${appName} is a sample app. It stores nothing and promises nothing.`,
        body: html``,
      });
  }

  const router = Router();
  router.get('/', home);
  router.get('/policy', documentPage('Privacy policy'));
  router.get('/terms', documentPage('Terms'));
  return router;
}

const welcome = {
  title: 'A place for your notes',
  lead: 'This sample app has no passwords of its own. It leaves the signing in to an OAuth2 server, and the server leaves the questions to Portico. Press a button and see.',
  aside: html`The sample app of Portico`,
};

function helloTo({ tokens }: SignedIn) {
  const signOut = html`<a href="/sign-out">Sign out</a>`;
  return {
    title: greetingFor(tokens),
    lead: 'You are signed in. This is everything the app got, in plain words, and how it got it.',
    aside: tokens.claims ? html`${nameOf(tokens)} · ${signOut}` : html``,
  };
}

function knownView({ tokens, story }: SignedIn): Html {
  return html`<div class="two known">
    <section class="card">
      <h2>What this app knows now</h2>
      ${tokensView(tokens)}
    </section>
    <section class="card">
      <h2>What just happened</h2>
      ${storyView(story)}
    </section>
  </div>`;
}

function storyView(story: Step[]): Html {
  return html`<ol class="story">
    ${story.map(
      ({ title, text }) =>
        html`<li>
          <b>${title}</b>
          <p>${text}</p>
        </li>`,
    )}
  </ol>`;
}
