/** The consent page asks for the past beside the question: nothing that comes back may harm it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';
import { badAnswers, marker } from './bad-answers.ts';

let stub: AdminStub;
const apps: [name: string, app: TestApp][] = [];

beforeAll(async () => {
  stub = await startAdminStub();
  for (const transport of ['got', 'undici']) {
    apps.push([transport, await startApp(stub, { HYDRA_TRANSPORT: transport })]);
  }
});
afterAll(() => stub.close());

// No consents at all are a good answer here.
const reallyBad = badAnswers.filter(({ does }) => !does.endsWith('the JSON []'));

test.each(reallyBad.map((answer) => [answer.does, answer] as const))(
  'shows the question without it when the admin API %s',
  async (_does, { give }) => {
    stub.answer('consentSessions.list', (_call, res) => give(res, 'consentSessions.list'));
    await Promise.all(
      apps.map(async ([, app]) => {
        const challenge = stub.consent(newChallenge('consent'));
        const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
        expect(page.status).toBe(200);
        expect(page.forms).toHaveLength(1);
        expect(page.html).not.toContain(marker);
        for (const key of ['past.first', 'past.more', 'past.same', 'new', 'left_off']) {
          expect(page.text).not.toContain(words(`consent.${key}`));
        }
      }),
    );
  },
);

test('takes strange scopes of the past for text', async () => {
  const scopes = ['openid', '<i>odd</i>', '__proto__', 'constructor'];
  stub.usually();
  for (const [, app] of apps) {
    const given = { requested_scope: [...scopes, 'profile'] };
    const challenge = stub.consent(newChallenge('consent'), given);
    stub.allowed('foo@bar.com', [{ client: 'meadow-notes', scopes }]);
    const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
    expect(page.text).toContain(words('consent.past.more'));
    expect(page.html).not.toContain('<i>odd');
  }
});
