/** What the admin API of the tests says when it is well: requests as a server of each version has them. */
import type { ConsentRequest, LoginRequest, LogoutRequest } from '@portico/hydra-admin';

/** The client of every request that names none. */
export const meadowNotes = {
  client_id: 'meadow-notes',
  client_name: 'Meadow Notes',
  redirect_uris: ['https://notes.example.org/back'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid profile email photos',
  audience: [],
  client_uri: 'https://notes.example.org',
  logo_uri: '',
  policy_uri: 'https://notes.example.org/privacy',
  tos_uri: 'https://notes.example.org/terms',
  token_endpoint_auth_method: 'client_secret_basic',
  created_at: '2024-05-02T08:00:00Z',
  metadata: {},
  skip_consent: false,
  skip_logout_consent: null,
};

type Client = NonNullable<LoginRequest['client']>;
/** What is not given is filled in; of the client likewise. */
export type Partly<T> = Partial<Omit<T, 'client' | 'challenge'>> & {
  client?: Partial<Client> | null;
};

export type Step = 'login' | 'consent' | 'logout' | 'device';
export const steps: Step[] = ['login', 'consent', 'logout', 'device'];

/** - `answered`: the browser has not come back yet; - `done`: it has. */
export type State = 'open' | 'answered' | 'done' | 'expired' | 'rejected';

export interface Stored {
  step: Step;
  state: State;
  /** What GET answers. */
  request: Record<string, unknown>;
  /** Of a device request: the one right code. */
  userCode?: string;
}

const authorization = (publicUrl: string): string => {
  const query = new URLSearchParams({
    client_id: meadowNotes.client_id,
    id_token_hint: 'ey.hint',
    redirect_uri: meadowNotes.redirect_uris[0]!,
    response_type: 'code',
    scope: 'openid profile',
    state: 's-81c2-4e7f',
  });
  return `${publicUrl}/oauth2/auth?${query.toString()}`;
};

export function loginRequest(
  challenge: string,
  publicUrl: string,
  { client, ...given }: Partly<LoginRequest>,
): Record<string, unknown> {
  return {
    challenge,
    requested_scope: ['openid', 'profile'],
    requested_access_token_audience: [],
    skip: false,
    subject: '',
    oidc_context: {},
    client: { ...meadowNotes, ...client },
    request_url: authorization(publicUrl),
    session_id: '88c3a0de-ce1a-42c4-89bd-635b7716dbc0',
    ...given,
  };
}

export function consentRequest(
  challenge: string,
  publicUrl: string,
  given: Partly<ConsentRequest>,
): Record<string, unknown> {
  const { session_id: loginSessionId, ...shared } = loginRequest(challenge, publicUrl, {});
  return {
    ...shared,
    consent_request_id: '5f0bc3b28d3a4b1d9d3d0d7e3f0b0a11',
    login_challenge: '0123456789abcdef0123456789abcdef',
    login_session_id: loginSessionId,
    acr: '1',
    amr: ['pwd'],
    context: null,
    ...given,
    subject: given.subject ?? 'foo@bar.com',
    client: { ...meadowNotes, ...given.client },
  };
}

export function logoutRequest(
  challenge: string,
  { client, ...given }: Partly<LogoutRequest>,
): Record<string, unknown> {
  return {
    challenge,
    subject: 'foo@bar.com',
    sid: '88c3a0de-ce1a-42c4-89bd-635b7716dbc0',
    request_url: '/oauth2/sessions/logout?id_token_hint=ey.hint&state=s-1',
    rp_initiated: true,
    expires_at: null,
    requested_at: null,
    ...given,
    client: client === null ? null : { ...meadowNotes, ...client },
  };
}

/** What sets the requests of a device flow apart (OAuth 2.0 Device Authorization Grant, RFC 8628). */
export function inDeviceFlow(publicUrl: string) {
  const query = `client_id=${meadowNotes.client_id}&user_code=%2A%2A%2A%2A`;
  return {
    oidc_context: null,
    request_url: `${publicUrl}/oauth2/device/verify?${query}`,
    client: { redirect_uris: null },
  };
}
