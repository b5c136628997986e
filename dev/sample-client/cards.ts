import { html, type Html } from './html.ts';
import { icons } from './icons.ts';
import { moreScopes, usualScopes } from './scopes.ts';

/** Somebody who can sign in, as the first page introduces them. */
export interface SampleAccount {
  name: string;
  email: string;
  password: string;
  about: string;
}

/** The three ways into the app. Only the first is filled. */
export function waysView(hasDevices: boolean): Html {
  return html`<div class="three">
    ${cardView({
      icon: icons.signIn,
      title: 'Sign in',
      text: 'Asks who you are, and for your profile and email address.',
      tags: usualScopes.split(' '),
      action: html`<a class="button filled" href="/sign-in/plain">Sign in</a>`,
    })}
    ${cardView({
      icon: icons.plus,
      title: 'Ask for more',
      text: 'Also your phone number, postal address, and to stay connected.',
      tags: moreScopes.split(' '),
      action: html`<a class="button" href="/sign-in/more">Ask for more</a>`,
    })}
    ${cardView({
      icon: icons.tv,
      title: 'Connect a TV',
      text: hasDevices
        ? 'Signs in a device that has no keyboard, by a code.'
        : 'This OAuth2 server has no device flow. Hydra has one since 25.4.',
      tags: ['device_code'],
      action:
        hasDevices &&
        html`<form method="post" action="/tv">
          <button class="button">Turn on the TV</button>
        </form>`,
    })}
  </div>`;
}

interface Card {
  icon: Html;
  title: string;
  text: string;
  tags: string[];
  action: Html | false;
}

function cardView({ icon, title, text, tags, action }: Card): Html {
  return html`<section class="card">
    ${icon}
    <h2>${title}</h2>
    <p>${text}</p>
    <ul class="tags">
      ${tags.map((tag) => html`<li><code>${tag}</code></li>`)}
    </ul>
    ${action}
  </section>`;
}

const furtherWays: [href: string, label: string, detail: string][] = [
  ['/sign-in/again', 'Ask for the password again', 'prompt=login'],
  ['/sign-in/silent', 'Come back without a question', 'prompt=none'],
  ['/sign-in/forty', 'Ask for 40 things at once', 'scope=…'],
  ['/sign-in/forbidden', 'Ask for something not allowed', 'invalid_scope'],
];

/**
 * Who can sign in, and more to try.
 * @param accounts none: people come from somewhere else, and this app does not know them
 */
export function furtherView(accounts: readonly SampleAccount[]): Html {
  return html`<div class="two">
    <section class="card">
      <h2>Who can sign in</h2>
      ${
        accounts.length > 0
          ? html`<p>Two demo people. Their password is no secret.</p>
              <ul class="rows people">
                ${accounts.map(accountView)}
              </ul>`
          : html`<p>People of your own, with the passwords that they have.</p>`
      }
    </section>
    <section class="card">
      <h2>More to try</h2>
      <ul class="rows more">
        ${furtherWays.map(
          ([href, label, detail]) =>
            html`<li><a href="${href}">${label}</a> <code>${detail}</code></li>`,
        )}
      </ul>
    </section>
  </div>`;
}

function accountView({ name, email, password, about }: SampleAccount): Html {
  return html`<li>
    <span class="face" aria-hidden="true">${name.slice(0, 1)}</span>
    <div><b>${name}</b> <code>${email}</code> ${about}</div>
    <span>password <code class="key">${password}</code></span>
  </li>`;
}
