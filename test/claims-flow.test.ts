/** Claims of one's own, by setting alone: from the people to the tokens of an app, in front of a stand-in. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { startStandIn } from '@portico/hydra-stand-in';
import { openBrowser, type FormWork, type Page } from './support/browser.ts';
import { ada, foo, password, removeUsersFile, writeUsersFile } from './support/people.ts';
import { serveApp, type ServedApp } from './support/serve-app.ts';
import { words } from './support/words.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);

const callback = 'http://localhost:5555/callback';
const claims = {
  groups: ['choir', 'board'],
  job_title: 'Analyst',
  floor: 3,
  plan: { name: 'gold' },
};
const people = [{ ...ada, claims }, foo];

let usersFile: string;
let standIn: Awaited<ReturnType<typeof startStandIn>>;
let app: ServedApp;
let client: oidc.Configuration;

beforeAll(async () => {
  usersFile = await writeUsersFile(people);
  app = await serveApp(async (port) => {
    const appUrl = `http://127.0.0.1:${port}`;
    standIn = await startStandIn({ publicPort: 0, adminPort: 0, appUrl });
    return {
      BASE_URL: appUrl,
      HYDRA_ADMIN_URL: standIn.adminUrl,
      HYDRA_PUBLIC_URL: standIn.publicUrl,
      COOKIE_SECRET: 'the-secret-of-the-claims-tests-0123456789',
      USERS_FILE: usersFile,
      LOG_LEVEL: 'silent',
      SCOPE_CLAIMS: JSON.stringify({
        groups: ['groups', 'job_title', 'unknown'],
        email: ['floor'],
        plan: ['plan'],
      }),
      ACCESS_TOKEN_CLAIMS: 'groups email plan',
    };
  });
  await app.parts.hydra.clients.create({
    client_id: 'notes',
    client_name: 'Meadow Notes',
    client_secret: 'a-client-secret',
    redirect_uris: [callback],
    scope: 'openid profile email groups plan files',
  });
  const basic = oidc.ClientSecretBasic('a-client-secret');
  const options = { execute: [oidc.allowInsecureRequests] };
  const issuer = new URL(standIn.issuer);
  client = await oidc.discovery(issuer, 'notes', undefined, basic, options);
});
afterAll(async () => {
  await app.close();
  await standIn.close();
  await removeUsersFile(usersFile);
});

/** Signs in and answers the consent screen; tells what that showed and what the app got. */
async function walk(scope: string, login: Record<string, string>, consent: FormWork = {}) {
  const url = `http://127.0.0.1:${app.port}`;
  const browser = openBrowser({ url });
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const address = oidc.buildAuthorizationUrl(client, {
    redirect_uri: callback,
    scope,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const travel = async (from: Page): Promise<Page> => {
    let page = from;
    while (page.leadsTo !== undefined && !page.leadsTo.startsWith(callback))
      page = await browser.get(new URL(page.leadsTo, page.url).href);
    return page;
  };
  const form = await travel(await browser.get(address.href));
  const screen = await travel(await browser.submit(form, { press: 'accept', fill: login }));
  const allowed = { press: 'accept', tickScopes: true as const, ...consent };
  const back = await travel(await browser.submit(screen, allowed));
  const tokens = await oidc.authorizationCodeGrant(client, new URL(back.leadsTo!), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
  });
  const introspected = await app.parts.hydra.tokens.introspect(tokens.access_token);
  const userinfo = await oidc.fetchUserInfo(client, tokens.access_token, tokens.claims()!.sub);
  return {
    screen,
    idToken: tokens.claims()!,
    userinfo,
    ext: introspected.active && introspected.ext,
  };
}

const asAda = { email: 'ada', password };
const asFoo = { email: foo.email, password: 'foobar' };

describe('claims of one’s own', () => {
  test('are shown before they are sent, and go by the scopes that were granted', async () => {
    const { screen, idToken, userinfo, ext } = await walk('openid email groups', asAda);
    expect(screen.text).toContain('Groups groups: choir, board, job title: Analyst');
    expect(screen.text).toContain('floor: 3');
    expect(screen.text).toContain(words('consent.share.title', { app: 'Meadow Notes' }));
    const opened = { groups: claims.groups, job_title: 'Analyst', floor: 3, email: ada.email };
    expect(idToken).toMatchObject(opened);
    expect(userinfo).toMatchObject(opened);
    expect(idToken).not.toHaveProperty('unknown');
    expect(idToken).not.toHaveProperty('plan');
    expect(ext).toEqual({ groups: claims.groups, email: ada.email });
  });

  test('stay out of both tokens where their scope is left off', async () => {
    const { screen, idToken, ext } = await walk('openid email groups plan', asAda, {
      tick: { groups: false },
    });
    expect(screen.text).toContain('choir');
    expect(idToken).not.toHaveProperty('groups');
    expect(idToken).not.toHaveProperty('job_title');
    expect(ext).toEqual({ email: ada.email, plan: claims.plan });
  });

  test('stay out where nobody asks for their scope', async () => {
    const { screen, idToken, ext } = await walk('openid profile', asAda);
    expect(screen.text).not.toContain('choir');
    for (const claim of ['groups', 'plan', 'email']) {
      expect(idToken).not.toHaveProperty(claim);
      expect(ext ?? {}).not.toHaveProperty(claim);
    }
  });

  test('that a person does not have are said to be none', async () => {
    const { screen, idToken, ext } = await walk('openid email groups', asFoo);
    expect(screen.text).toContain(`Groups ${words('claim.none')}`);
    expect(idToken).not.toHaveProperty('groups');
    expect(ext).toEqual({ email: foo.email });
  });

  test('do not describe a scope beside them, which may do anything', async () => {
    const { screen } = await walk('openid files groups', asAda);
    expect(screen.text).toContain(words('consent.unknown'));
    expect(screen.text).toContain(words('consent.access.title', { app: 'Meadow Notes' }));
  });
});
