/** One provider as a way to sign in: the authorization code flow of OpenID Connect Core 3.1. */
import {
  IdentityError,
  type Arrival,
  type KeptWish,
  type SigningOut,
  type Way,
  type WayWish,
} from './backend.ts';
import {
  clockToleranceSeconds,
  createOpenIdClient,
  loadOpenId,
  reasonOf,
  type Configuration,
  type IDToken,
  type OpenIdLibrary,
  type ServerMetadata,
} from './openid-client.ts';
import { NoAnswer } from './openid-fetch.ts';
import type { OpenIdPeople } from './openid-people.ts';
import { personOf } from './openid-person.ts';
import type { Provider } from './openid-providers.ts';

/** What the browser keeps until it is back: nonce and PKCE verifier. */
type Kept = [nonce: string, verifier: string];

interface WayParts {
  people: OpenIdPeople;
  onDropped: (claim: string) => void;
}

export function openIdWay(provider: Provider, { people, onDropped }: WayParts): Way {
  const connection = createOpenIdClient(provider);
  const { id, name, icon } = provider;

  async function prove(address: URL, wish: KeptWish, [nonce, verifier]: Kept): Promise<Arrival> {
    const { client, config } = await connection.open();
    const tokens = await client.authorizationCodeGrant(config, address, {
      expectedState: wish.state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    if (isStale(claims, wish)) return { refused: 'stale', detail: 'auth_time is too old' };
    const more = await userInfo(client, config, tokens.access_token, claims.sub);
    const user = personOf({ ...more, ...claims }, provider, onDropped);
    const { amr, acr } = claims;
    const hint = provider.signsOut ? tokens.id_token : undefined;
    return {
      user,
      signOutHint: hint,
      ...(isMethods(amr) && { amr }),
      ...(isClass(acr) && { acr }),
    };
  }

  async function signOut({ back, state, hint }: SigningOut): Promise<string | undefined> {
    const server = await connection.server().catch(() => undefined);
    const { end_session_endpoint: endpoint } = server ?? {};
    if (endpoint === undefined || !/^https?:\/\//i.test(endpoint)) return undefined;
    const location = new URL(endpoint);
    location.searchParams.set('id_token_hint', hint);
    location.searchParams.set('client_id', provider.clientId);
    location.searchParams.set('post_logout_redirect_uri', back);
    location.searchParams.set('state', state);
    return location.href;
  }

  return {
    id,
    name,
    ...(provider.signsOut && { signOut }),
    ...(icon && { icon }),
    async begin(wish) {
      const client = await loadOpenId();
      const server = await connection.server();
      const [nonce, verifier] = [client.randomNonce(), client.randomPKCECodeVerifier()];
      const location = new URL(server.authorization_endpoint!);
      const parameters = {
        response_type: 'code',
        client_id: provider.clientId,
        redirect_uri: wish.callback,
        scope: provider.scope,
        state: wish.state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...wishParameters(wish, server),
      };
      for (const [key, value] of Object.entries(parameters)) location.searchParams.set(key, value);
      return { location: location.href, keep: JSON.stringify([nonce, verifier] satisfies Kept) };
    },
    async finish(address, { wish, keep }) {
      const client = await loadOpenId();
      const kept = JSON.parse(keep) as Kept;
      const arrival = await prove(address, wish, kept).catch((error: unknown) =>
        refusalOf(client, error),
      );
      if ('user' in arrival) await people.keep(arrival.user);
      return arrival;
    },
  };
}

/** What the app has asked of us, as far as it is short enough for an address. */
function wishParameters(wish: WayWish, server: ServerMetadata): Record<string, string> {
  const { login, maxAgeSeconds, locales, acr } = wish;
  const prompt = promptFor(wish.prompt, server);
  const given = {
    login_hint: login,
    prompt,
    max_age: Number.isSafeInteger(maxAgeSeconds) ? String(maxAgeSeconds) : undefined,
    ui_locales: locales?.join(' '),
    acr_values: acr?.join(' '),
  };
  const isSendable = (entry: [string, string | undefined]): entry is [string, string] =>
    Boolean(entry[1]) && entry[1]!.length <= longestWish;
  return Object.fromEntries(Object.entries(given).filter(isSendable));
}

const longestWish = 500;

/** A provider that does not say that it knows `select_account` may answer it with an error. */
function promptFor(prompt: WayWish['prompt'], server: ServerMetadata): string | undefined {
  if (prompt !== 'select_account') return prompt;
  const { prompt_values_supported: known } = server;
  return Array.isArray(known) && known.includes('select_account') ? 'select_account' : 'login';
}

/**
 * Whether the person was not asked again, though that was wanted. With a `max_age` the ID token must
 * say when they were asked last, with a prompt it may (OpenID Connect Core 2, 3.1.2.1).
 */
function isStale({ auth_time: at }: IDToken, { prompt, maxAgeSeconds, at: leftAt }: KeptWish) {
  if (at === undefined) return maxAgeSeconds !== undefined;
  const leftSeconds = leftAt / 1_000 - clockToleranceSeconds;
  if (prompt === 'login' && at < leftSeconds) return true;
  return maxAgeSeconds !== undefined && at < leftSeconds - maxAgeSeconds;
}

/** What the provider says at its userinfo endpoint, if it has one (OpenID Connect Core 5.3). */
async function userInfo(
  client: OpenIdLibrary,
  config: Configuration,
  accessToken: string,
  sub: string,
): Promise<Record<string, unknown>> {
  if (config.serverMetadata().userinfo_endpoint === undefined) return {};
  return client.fetchUserInfo(config, accessToken, sub);
}

const isMethods = (amr: unknown): amr is string[] =>
  Array.isArray(amr) && amr.length <= 20 && amr.every((one) => isClass(one));
const isClass = (acr: unknown): acr is string =>
  typeof acr === 'string' && /^[^\p{C}]{1,255}$/u.test(acr);

/** Codes by which a provider says no to the person, or the person to it (RFC 6749, 4.1.2.1). */
const cancelled = [
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
];
const unavailable = ['temporarily_unavailable', 'server_error'];

function refusalOf(client: OpenIdLibrary, error: unknown): Arrival {
  const detail = reasonOf(error);
  if (error instanceof client.AuthorizationResponseError) {
    const code = /^[\w.-]{1,60}$/.exec(error.error)?.[0] ?? 'an odd error';
    if (cancelled.includes(code)) return { refused: 'cancelled', detail: code };
    const refused = unavailable.includes(code) ? 'unavailable' : 'unproven';
    return { refused, detail: code };
  }
  return { refused: isAway(client, error) ? 'unavailable' : 'unproven', detail };
}

function isAway(client: OpenIdLibrary, error: unknown): boolean {
  if (error instanceof IdentityError || error instanceof NoAnswer) return true;
  if (error instanceof client.ResponseBodyError) return error.status >= 500;
  if (!(error instanceof client.ClientError)) return false;
  const answer: unknown = error.cause;
  return answer instanceof Response && (answer.status >= 500 || answer.status === 429);
}
