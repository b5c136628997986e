import { faultOf } from './faults.ts';
import { html, type Html } from './html.ts';
import { icons } from './icons.ts';
import { tokensView } from './token-views.ts';
import { greetingFor, type Tokens, type Tv } from './visits.ts';

export type TvState = 'waiting' | 'connected' | 'failed';

export function stateOf({ outcome }: Tv): TvState {
  if (!outcome) return 'waiting';
  return 'error' in outcome ? 'failed' : 'connected';
}

/** The TV with its screen, and below it what the person can do. */
export function tvView(name: string, tv: Tv): Html {
  const { outcome } = tv;
  if (!outcome) return waitingView(name, tv);
  return 'error' in outcome ? failedView(name, outcome.error) : connectedView(name, outcome);
}

function waitingView(name: string, tv: Tv): Html {
  const screen = html`<h1>Sign in on your phone or computer</h1>
    <dl>
      <div>
        <dt>1. Open this address</dt>
        <dd>${addressView(tv.verificationUri)}</dd>
      </div>
      <div>
        <dt>2. Type this code</dt>
        <dd><code id="user-code">${tv.userCode}</code></dd>
      </div>
    </dl>`;
  return html`${screenView({ name, state: 'waiting', says: 'Waiting for you', screen, seconds: tv.intervalSeconds })}
    <div class="remote">
      <p>
        Play that this page is a TV. It asks the server every ${tv.intervalSeconds} seconds whether
        you are done.
      </p>
      <p class="buttons">
        <a class="button filled" href="${tv.verificationUri}" target="_blank">Open the address</a>
        <a class="button" href="${tv.verificationUriComplete}" target="_blank"
          >Open it with the code inside, as a QR code would</a
        >
      </p>
    </div>`;
}

function connectedView(name: string, tokens: Tokens): Html {
  const screen = html`<h1>${greetingFor(tokens)}</h1>
    <p>This TV is connected. You can put the phone away.</p>`;
  return html`${screenView({ name, state: 'connected', says: 'Connected', screen })}
    <div class="remote">
      <p>
        While you were busy on the other screen, it asked the server every few seconds. Now it got
        its tokens.
      </p>
      ${again('Turn it on again')}
    </div>
    <section class="card tv-facts">
      <h2>What this TV knows now</h2>
      ${tokensView(tokens)}
    </section>`;
}

function failedView(name: string, error: string): Html {
  const { code, meaning } = faultOf(error);
  const screen = html`<h1>This TV is not connected</h1>
    <p>${meaning}</p>`;
  return html`${screenView({ name, state: 'failed', says: 'Not connected', screen })}
    <div class="remote">
      <p>The server said <code>${code}</code>.</p>
      ${again('Get a new code')}
    </div>`;
}

interface Screen {
  name: string;
  state: TvState;
  says: string;
  screen: Html;
  seconds?: number;
}

function screenView({ name, state, says, screen, seconds }: Screen): Html {
  return html`<div class="tv" data-state="${state}" data-seconds="${seconds}">
      <p><b>${icons.lantern} ${name}</b> <span role="status">${says}</span></p>
      ${screen}
    </div>
    <div class="stand"></div>`;
}

function again(label: string): Html {
  return html`<form method="post" action="/tv" class="buttons">
    <button class="button filled">${label}</button>
  </form>`;
}

/** As people type it, with places to break it. */
function addressView(address: string): Html {
  const parts = address.replace(/^https?:\/\//, '').split('/');
  return html`${parts.map((part, index) => html`${part}${index < parts.length - 1 && html`/<wbr />`}`)}`;
}
