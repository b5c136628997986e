/** People who sign in and allow an app, one page after the other, as their browsers would. */
import type { AdminStub } from './admin-stub.ts';
import { openBrowser, type Page } from './browser.ts';
import { foo } from './people.ts';
import { addressOf, newChallenge, screens } from './screens.ts';

const [loginScreen, consentScreen] = screens;
let people = 0;

/**
 * Signs in and allows: two pages and two forms.
 * @param at where the browser goes
 * @returns what went wrong; `undefined` when the person came back to the app
 */
export async function journey(stub: AdminStub, at: string): Promise<string | undefined> {
  people += 1;
  const headers = { 'X-Forwarded-For': `198.18.${(people >> 8) % 256}.${people % 256}` };
  const browser = openBrowser({ url: at, headers });
  const login = newChallenge('login');
  const form = await browser.get(addressOf('/login', 'login_challenge', stub.login(login)));
  if (form.status !== 200) return about('sign-in page', form);
  const signedIn = await browser.submit(form, loginScreen!.yes);
  if (!signedIn.leadsTo?.includes('login_verifier=')) return about('sign-in', signedIn);
  const accepted = stub.sent('login.accept').find(({ challenge }) => challenge === login);
  const context = accepted!.body!['context'] as Record<string, string>;
  const consent = stub.consent(newChallenge('consent'), { context, subject: foo.subject });
  const question = await browser.get(addressOf('/consent', 'consent_challenge', consent));
  if (question.status !== 200) return about('consent page', question);
  const allowed = await browser.submit(question, consentScreen!.yes);
  return allowed.leadsTo?.includes('consent_verifier=') ? undefined : about('consent', allowed);
}

function about(step: string, { status, heading, html }: Page): string {
  return `${step}: ${status} ${heading || html.slice(0, 60)}`;
}

/**
 * Some people at a time sign in, one after the other.
 * @returns `end` stops it, and gives the number of journeys and what went wrong
 */
export function startJourneys(stub: AdminStub, at: string, { atOnce }: { atOnce: number }) {
  const end = new AbortController();
  let count = 0;
  const faults: string[] = [];
  async function oneAfterTheOther(): Promise<void> {
    while (!end.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- a person does one thing after the other
      const fault = await journey(stub, at);
      count += 1;
      if (fault !== undefined) faults.push(fault);
    }
  }
  const all = Promise.all(Array.from({ length: atOnce }, oneAfterTheOther));
  return {
    count: () => count,
    async end(): Promise<{ count: number; faults: string[] }> {
      end.abort();
      await all;
      return { count, faults };
    },
  };
}
