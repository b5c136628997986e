import { Browser, type Page } from '../world.ts';
import type { Body, WireAnswer } from './wire.ts';

interface Setting {
  admin: (method: string, path: string, body?: unknown) => Promise<WireAnswer>;
  client: Body;
  browser: Browser;
}

/** A browser on its way between the server and the app, which answers by plain requests. */
export class Journey {
  readonly client: Body;
  readonly browser: Browser;
  readonly #admin: Setting['admin'];
  #page: Page | undefined;

  constructor({ admin, client, browser }: Setting) {
    this.#admin = admin;
    this.client = client;
    this.browser = browser;
  }

  /** Where the browser was sent last. */
  get location(): URL {
    return this.#page?.location ?? new URL('about:blank');
  }

  get parameters(): Record<string, string> {
    return this.#page?.parameters ?? {};
  }

  /** What the app is asked, `login` for instance; empty when it is asked nothing. */
  get kind(): string {
    const name = Object.keys(this.parameters).find((key) => key.endsWith('_challenge'));
    return name?.replace('_challenge', '') ?? '';
  }

  get challenge(): string {
    return this.parameters[`${this.kind}_challenge`] ?? '';
  }

  /** Lets the browser go on; it stops at the next redirect. */
  async follow(url: string): Promise<this> {
    this.#page = await this.browser.open(url);
    return this;
  }

  /** Reads what the app is asked. */
  request(): Promise<WireAnswer> {
    return this.#admin('GET', this.#path());
  }

  /** Answers, and leaves the browser where it is. */
  answer(how: 'accept' | 'reject', body?: unknown): Promise<WireAnswer> {
    return this.#admin('PUT', this.#path(`/${how}`), body);
  }

  /** Accepts and lets the browser go on. */
  async accept(body?: object): Promise<this> {
    const { body: answer, text } = await this.answer('accept', body);
    if (!answer?.redirect_to) throw new Error(`not accepted: ${text}`);
    return this.follow(answer.redirect_to);
  }

  #path(verb = ''): string {
    const query = new URLSearchParams({ [`${this.kind}_challenge`]: this.challenge });
    return `/oauth2/auth/requests/${this.kind}${verb}?${query.toString()}`;
  }
}
