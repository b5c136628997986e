/** Decisions as tables: no server, no browser. */
import { describe, expect, test } from '@jest/globals';
import type { ConsentRequest, LogoutRequest, OAuth2Client } from '@portico/hydra-admin';
import type { User } from '../../src/identity/backend.ts';
import { asksForClaimsOnly, claimsFor, claimsOfGranted } from '../../src/policy/claims.ts';
import {
  consentDecision,
  consentDenied,
  everythingRequested,
  grantOf,
  isChecked,
  isDeviceFlow,
  isPreselected,
  isRememberable,
  reasonToSkip,
  rememberDecision,
  type Asked,
  type ConsentPolicy,
} from '../../src/policy/consent.ts';
import {
  asksOnceMore,
  isSilent,
  loginDecision,
  loginDenied,
  loginRequired,
  passwordMethods,
  rememberedLoginDecision,
  rememberedUntil,
} from '../../src/policy/login.ts';
import { maySkipLogoutQuestion } from '../../src/policy/logout.ts';
import type { Past } from '../../src/policy/past.ts';

const user: User = { subject: 's-1', email: 'a@example.org' };
const open: ConsentPolicy = {
  consentRememberSeconds: 60,
  consentPreselect: 'all',
  isSelfRegistrationOn: false,
};
const registering: ConsentPolicy = { ...open, isSelfRegistrationOn: true };
const authorization = 'https://auth.example.org/oauth2/auth?client_id=a';
const deviceVerification = 'https://auth.example.org/x/oauth2/device/verify?client_id=a';

function consentRequest(given: Partial<ConsentRequest> = {}): ConsentRequest {
  return {
    challenge: 'c',
    requested_scope: ['openid', 'email'],
    requested_access_token_audience: ['stock'],
    skip: false,
    subject: 's-1',
    oidc_context: null,
    client: { client_id: 'a' },
    request_url: authorization,
    ...given,
  };
}

function asked(given: Partial<Asked> = {}): Asked {
  return {
    subject: 's-1',
    clientId: 'a',
    isDevice: false,
    scopes: ['openid', 'email'],
    audiences: ['stock'],
    ...given,
  };
}

describe('login', () => {
  test.each([
    [true, 3_600, { remember: true, remember_for: 3_600 }],
    [true, 0, { remember: true, remember_for: 0 }],
    [false, 3_600, { remember: false }],
  ])('remembered: %s, for %i seconds', async (isRemembered, seconds, expected) => {
    const form = { isRemembered, amr: passwordMethods };
    const decision = await loginDecision(user, form, { loginRememberSeconds: seconds });
    expect(decision).toEqual({ subject: 's-1', acr: '1', amr: ['pwd'], ...expected });
  });

  test('that is confirmed stays remembered as long as it would have, but never for ever', async () => {
    const policy = { loginRememberSeconds: 3_600 };
    const form = { isRemembered: true, amr: passwordMethods };
    const forOf = async (until: number) =>
      (await loginDecision(user, { ...form, until }, policy)).remember_for;
    const hour = await forOf(Date.now() + 7_200_000);
    expect(hour).toBeGreaterThan(7_100);
    expect(hour).toBeLessThanOrEqual(7_200);
    expect(await forOf(Date.now() - 5)).toBe(1); // 0 would mean something else
    expect(rememberedUntil(policy, 1_000)).toBe(3_601_000);
    expect(rememberedUntil({ loginRememberSeconds: 0 }, 1_000)).toBeUndefined();
  });

  test.each([
    ['', 0, false],
    ['&prompt=login', 0, true],
    ['&prompt=consent%20login', 0, true],
    ['&prompt=consent', 0, false],
    ['&prompt=login&request=ey.x', 0, false],
    ['&max_age=60', 59_999, false],
    ['&max_age=60', 60_000, true],
    ['&max_age=0', 0, true],
    ['&max_age=%2B60', 60_000, true],
    ['&max_age=-1', 60_000, false],
    ['&max_age=1m', 60_000, false],
    ['&max_age=', 60_000, false],
    ['&max_age=0&request_uri=https%3A%2F%2Fa.example%2Fr', 60_000, false],
  ])('is asked for once more at …%s, %i ms after it: %s', (query, ageMs, expected) => {
    const now = 1_700_000_000_000;
    expect(asksOnceMore({ request_url: authorization + query }, now - ageMs, now)).toBe(expected);
    const device = { request_url: deviceVerification + query };
    expect(asksOnceMore(device, now - ageMs, now)).toBe(false);
  });

  test('of a person who is remembered says who and how, and nothing of remembering', async () => {
    expect(await rememberedLoginDecision(user)).toEqual({ subject: 's-1', acr: '1', amr: ['pwd'] });
    const otherwise = await rememberedLoginDecision(user, ['pwd', 'otp']);
    expect(otherwise.amr).toEqual(['pwd', 'otp']);
  });

  test('is refused with codes that OAuth knows, and no word about the person', () => {
    expect(loginDenied.error).toBe('access_denied');
    expect(consentDenied.error).toBe('access_denied');
    expect(loginRequired.error).toBe('login_required');
  });

  test.each([
    [`${authorization}&prompt=none`, true],
    [`${authorization}&prompt=login`, false],
    [`${authorization}&prompt=none%20login`, true],
    [`${authorization}&prompt=none%20`, true],
    [`${authorization}&prompt=+none`, true],
    [`${authorization}&prompt=none%20none`, true],
    [`${authorization}&pr%6Fmpt=none`, true],
    [`${authorization}&prompt=&prompt=none`, false],
    [`${authorization}&prompt=none;`, false],
    [`${authorization}&prompt=none%09`, false],
    [`${authorization}&prompt=NONE`, false],
    [`${authorization}&prompt=none&request=ey.x`, undefined],
    [`${authorization}&request_uri=https%3A%2F%2Fa.example%2Fr`, undefined],
    [`${authorization}&prompt=none&request=`, true],
    [authorization, false],
    ['no address', false],
    ['', false],
  ])('is silent at %s: %s', (request_url, expected) => {
    expect(isSilent({ request_url })).toBe(expected);
  });
});

describe('consent', () => {
  test.each([
    [authorization, false],
    [deviceVerification, true],
    ['https://auth.example.org/oauth2/auth?redirect_uri=/oauth2/device/verify', false],
    ['https://auth.example.org/oauth2/auth#/oauth2/device/verify', false],
    ['/oauth2/device/verify', false],
    ['', false],
  ])('is of a device flow at %s: %s', (request_url, expected) => {
    expect(isDeviceFlow({ request_url })).toBe(expected);
  });

  const checked: OAuth2Client = { client_id: 'a', metadata: { checked: true } };
  const marked: OAuth2Client = { client_id: 'a', metadata: { checked: 'true' } };
  const plain: OAuth2Client = { client_id: 'a' };
  test.each([
    ['any client where none signs itself up', plain, open, true],
    ['a client without metadata', plain, registering, false],
    ['a client with another mark', marked, registering, false],
    ['a client that was checked', checked, registering, true],
  ])('counts %s as checked: %#', (_which, client, policy, expected) => {
    expect(isChecked(client, policy)).toBe(expected);
  });

  const own = { ...plain, skip_consent: true };
  const ownChecked = { ...checked, skip_consent: true };
  test.each([
    ['a new request', {}, open, undefined],
    ['a remembered one', { skip: true }, open, 'remembered'],
    ['a remembered one of an unchecked app', { skip: true }, registering, 'remembered'],
    ['one of a first-party app', { client: own }, open, 'first_party'],
    ['one of an app that calls itself first-party', { client: own }, registering, undefined],
    ['one of a checked first-party app', { client: ownChecked }, registering, 'first_party'],
    ['a remembered one of a first-party app', { client: own, skip: true }, open, 'remembered'],
    [
      'one with a half-hearted mark',
      { client: { ...plain, skip_consent: false } },
      open,
      undefined,
    ],
    ['one in a device flow', { client: own, request_url: deviceVerification }, open, undefined],
    [
      'one remembered in a device flow',
      { skip: true, request_url: deviceVerification },
      open,
      undefined,
    ],
  ])('may skip the question for %s: %#', async (_which, given, policy, expected) => {
    expect(await reasonToSkip(consentRequest(given), policy)).toBe(expected);
  });

  const none: ConsentPolicy = { ...open, consentPreselect: 'none' };
  test.each([
    ['everything', ['openid', 'email'], open, ['openid', 'email']],
    ['the sign-in with anything else', ['email'], open, ['openid', 'email']],
    ['only the sign-in', ['openid'], open, ['openid']],
    ['nothing', [], open, undefined],
    ['what was not asked for', ['admin', 'EMAIL', 'email '], open, undefined],
    ['the same twice, and more', ['email', 'email', 'admin'], open, ['openid', 'email']],
    ['only what is ticked', ['email'], none, ['email']],
    ['nothing at all', [], none, []],
  ])('grants what was asked for and ticked: %s', (_what, ticked, policy, scopes) => {
    const grant = grantOf(asked(), ticked, policy);
    expect(grant).toEqual(scopes && { scopes, audiences: ['stock'] });
  });

  test.each([
    [['openid'], ['stock'], ['openid']],
    [['openid'], [], ['openid']],
    [[], ['stock'], []],
    [[], [], []],
  ])('needs no tick where nothing can be ticked: %j, %j', (scopes, audiences, granted) => {
    expect(grantOf(asked({ scopes, audiences }), [], open)).toEqual({ scopes: granted, audiences });
  });

  test('asked for nothing grants nothing', () => {
    const nothing = asked({ scopes: [], audiences: [] });
    expect(everythingRequested(nothing)).toEqual({ scopes: [], audiences: [] });
    expect(grantOf(nothing, ['openid'], open)).toEqual({ scopes: [], audiences: [] });
  });

  test.each([
    [['openid', 'profile', 'email', 'phone', 'address'], [], true],
    [['email'], [], true],
    [['openid', 'offline'], [], false],
    [['openid'], ['stock'], false],
    [[], [], false],
  ])('is for claims only: %j, %j', (scopes, audiences, expected) => {
    expect(asksForClaimsOnly({ scopes, audiences })).toBe(expected);
  });

  const past: Past = {
    hasConnected: true,
    allowed: ['email'],
    leftOff: ['phone'],
    audiences: [],
  };
  test.each([
    ['what is new', 'offline_access', plain, open, true],
    ['what was allowed', 'email', plain, open, true],
    ['what was left off', 'phone', plain, open, false],
    ['what is new to an unchecked app', 'profile', plain, registering, false],
    ['what it was allowed', 'email', plain, registering, true],
    ['what it left off', 'phone', plain, registering, false],
    ['what is new to a checked app', 'profile', checked, registering, true],
    ['anything where nothing is', 'email', checked, none, false],
  ] as const)('ticks %s beforehand: %#', (_what, scope, client, policy, expected) => {
    expect(isPreselected(scope, { client, isDescribed: true, past }, policy)).toBe(expected);
    expect(isPreselected(scope, { client, isDescribed: false, past }, policy)).toBe(false);
  });

  test('ticks nothing of an unchecked app while the past is not known', () => {
    const about = { isDescribed: true, past: undefined };
    expect(isPreselected('email', { ...about, client: plain }, registering)).toBe(false);
    expect(isPreselected('email', { ...about, client: plain }, open)).toBe(true);
  });

  const isPublic = (...redirect_uris: string[]): OAuth2Client => ({
    client_id: 'a',
    token_endpoint_auth_method: 'none',
    redirect_uris,
  });
  test.each([
    [{ client_id: 'a', redirect_uris: ['a:/cb'] }, true],
    [isPublic('a:/cb'), false],
    [isPublic('https://a.example/cb'), true],
    [isPublic('HTTPS://a.example'), true],
    [isPublic('http://localhost'), true],
    [isPublic('http://localhost:80?x'), true],
    [isPublic('http://app.localhost/'), true],
    [isPublic('http://127.0.0.1:1/'), true],
    [isPublic('http://localhost.a.example/'), false],
    [isPublic('http://a.example/#.localhost'), false],
    [isPublic('http://x@a.example?.localhost'), false],
    [isPublic('http://a.example/'), false],
    [isPublic('a:/cb', 'https://a.example/'), true],
    [isPublic('a:/cb', 'b:/cb'), false],
    [isPublic(), false],
  ])('can be remembered for %j: %s', (client, expected) => {
    expect(isRememberable(consentRequest({ client }))).toBe(expected);
    expect(isRememberable(consentRequest({ client, request_url: deviceVerification }))).toBe(false);
  });

  test('can be remembered by the address of the request, not by others of the app', () => {
    const client = isPublic('a:/cb', 'https://a.example/');
    const request_url = `${authorization}&redirect_uri=a%3A%2Fcb`;
    expect(isRememberable(consentRequest({ client, request_url }))).toBe(false);
  });

  test.each([
    ['ticked', { isRemembered: true }, { remember: true, remember_for: 60 }],
    ['not ticked', { isRemembered: false }, { remember: false }],
    ['not said', {}, { remember: false }],
    ['remembered already', { reason: 'remembered' }, {}],
    ['first-party', { reason: 'first_party' }, { remember: true, remember_for: 60 }],
  ] as const)('is remembered when %s', (_when, how, expected) => {
    expect(rememberDecision(how, open)).toEqual(expected);
  });

  test('always names both lists and both maps', () => {
    const nothing = { id_token: {}, access_token: {} };
    expect(consentDecision({ scopes: [], audiences: [] }, nothing, {})).toEqual({
      grant_scope: [],
      grant_access_token_audience: [],
      session: nothing,
    });
  });
});

describe('claims', () => {
  const whole: User = {
    subject: 's-1',
    email: 'a@example.org',
    email_verified: false,
    username: 'anna',
    name: 'Anna',
    phone_number: '+49 30 1',
    address: { country: 'Germany' },
    updated_at: 0,
  };
  test.each([
    [[], {}],
    [['openid'], {}],
    [['unknown', 'constructor', '__proto__'], {}],
    [['email'], { email: 'a@example.org', email_verified: false }],
    [['profile'], { name: 'Anna', preferred_username: 'anna', updated_at: 0 }],
    [['phone'], { phone_number: '+49 30 1' }],
    [['address', 'address'], { address: { country: 'Germany' } }],
  ])('of %j', async (scopes, expected) => {
    const claims = claimsOfGranted(scopes, await claimsFor(whole, scopes, asked()));
    expect(claims).toEqual({ id_token: expected, access_token: {} });
  });

  test('never hold what is nobody else’s business, nor what a person does not have', async () => {
    const scopes = ['openid', 'profile', 'email', 'phone', 'address', 'offline_access'];
    const hidden = { ...user, disabled: false, name: null, password_hash: 'x' } as unknown as User;
    const claims = await claimsFor(hidden, scopes, asked());
    expect(claimsOfGranted(scopes, claims).id_token).toEqual({ email: 'a@example.org' });
  });

  test('name the person as they wish to be called, else by username', async () => {
    const wish = { ...whole, preferred_username: 'annie' };
    const claims = await claimsFor(wish, ['profile'], asked());
    expect(claims.get('profile')?.id_token['preferred_username']).toBe('annie');
  });

  test('of scopes that are not granted stay out, whatever a fork returns', () => {
    const claims = new Map([
      ['openid', { id_token: { team: 'a' }, access_token: { team: 'a' } }],
      ['groups', { id_token: { groups: ['b'] }, access_token: {} }],
    ]);
    expect(claimsOfGranted(['openid', 'constructor'], claims)).toEqual({
      id_token: { team: 'a' },
      access_token: { team: 'a' },
    });
  });
});

describe('logout', () => {
  const request = (given: Partial<LogoutRequest>): LogoutRequest => ({
    subject: 's-1',
    request_url: '/oauth2/sessions/logout',
    rp_initiated: true,
    client: { client_id: 'a', skip_logout_consent: true },
    ...given,
  });
  test.each([
    ['the app asked, and may', {}, true],
    ['the app did not ask', { rp_initiated: false }, false],
    ['there is no app', { client: null }, false],
    ['the app may not', { client: { client_id: 'a', skip_logout_consent: false } }, false],
    ['nothing is known of it', { client: { client_id: 'a', skip_logout_consent: null } }, false],
    ['it may skip another question', { client: { client_id: 'a', skip_consent: true } }, false],
  ])('goes without a question when %s: %#', (_when, given, expected) => {
    expect(maySkipLogoutQuestion(request(given))).toBe(expected);
  });
});
