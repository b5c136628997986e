/**
 * The admin API as bare as can be: no memory, no waiting. All it says follows from the challenge,
 * so that millions of them need no room. A process of its own: `PORT` says where.
 */
import { createServer, type ServerResponse } from 'node:http';

const port = Number(process.env['PORT']);
const publicUrl = `http://127.0.0.1:${port}`;
/** Every challenge begins with the subject of its person. */
const subjectLength = 3;
const mark = 'CHALLENGE';

const client = {
  client_id: '6f1b7f1e-5f4c-4c9e-9a53-0d1f2b1f7a55',
  client_name: 'Meadow Notes',
  redirect_uris: ['https://notes.example.org/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid offline_access profile email',
  audience: [],
  owner: '',
  policy_uri: 'https://notes.example.org/privacy',
  allowed_cors_origins: [],
  tos_uri: 'https://notes.example.org/terms',
  client_uri: 'https://notes.example.org',
  logo_uri: '',
  contacts: null,
  client_secret_expires_at: 0,
  subject_type: 'public',
  jwks: {},
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
  created_at: '2025-05-02T08:00:00Z',
  updated_at: '2025-05-02T08:00:00Z',
  metadata: {},
  skip_consent: false,
  skip_logout_consent: null,
};

const common = {
  challenge: mark,
  requested_scope: ['openid', 'profile', 'email'],
  requested_access_token_audience: [],
  skip: false,
  oidc_context: {},
  client,
  request_url:
    `${publicUrl}/oauth2/auth?client_id=${client.client_id}&response_type=code&state=s-81c2f04b` +
    '&scope=openid+profile+email&redirect_uri=https%3A%2F%2Fnotes.example.org%2Fcallback' +
    '&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256',
  session_id: '88c3a0de-ce1a-d2c4-e9bd-635b7716dbc0',
};

const login = inParts({ ...common, subject: '' });
const consentRequest = {
  ...common,
  subject: 'SUBJECT',
  login_challenge: '196accbcf32b0a8e6bef92e1a37d0fc0',
  login_session_id: common.session_id,
  acr: '1',
  amr: ['pwd'],
  context: {},
};
const consent = inParts(consentRequest);
/** Everybody has let this app in once before. */
const consents = JSON.stringify([
  {
    consent_request_id: '5d1c2c6c1b7f4a5f8f0e7d6c5b4a3928',
    grant_scope: ['openid', 'profile'],
    grant_access_token_audience: [],
    session: { access_token: {}, id_token: {} },
    remember: false,
    remember_for: 0,
    handled_at: '2026-05-02T08:00:00Z',
    context: null,
    consent_request: { ...consentRequest, challenge: '' },
  },
]);
const redirects = {
  login: inParts({ redirect_to: `${common.request_url}&login_verifier=${mark}` }),
  consent: inParts({ redirect_to: `${common.request_url}&consent_verifier=${mark}` }),
};

const server = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 60_000 }, (req, res) => {
  const [path = '', query = ''] = (req.url ?? '').split('?');
  const challenge = decodeURIComponent(/(?:^|&)\w*challenge=([^&]*)/.exec(query)?.[1] ?? '');
  const step = /\/oauth2\/auth\/requests\/(login|consent)(\/(?:accept|reject))?$/.exec(path);
  const name = step?.[1] === 'consent' ? 'consent' : 'login';
  if (!step) return answerServer(res, path);
  if (!step[2]) return answer(res, name === 'login' ? login(challenge) : consent(challenge));
  req.resume().on('end', () => answer(res, redirects[name](challenge)));
});
server.listen(port, '127.0.0.1');

function answerServer(res: ServerResponse, path: string): void {
  if (path === '/version') return answer(res, '{"version":"v26.2.0"}');
  if (path.startsWith('/health/')) return answer(res, '{"status":"ok"}');
  if (path.endsWith('/sessions/consent')) return answer(res, consents);
  answer(res, '{"error":"Not Found","error_description":"There is nothing here"}', 404);
}

function answer(res: ServerResponse, body: string, status = 200): void {
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  res.end(body);
}

/** JSON made once, with room for the challenge and the subject. */
function inParts(content: object): (challenge: string) => string {
  const [before = '', rest = ''] = JSON.stringify(content).split(mark);
  const [between, after] = rest.split('SUBJECT');
  if (after === undefined) return (challenge) => before + challenge + rest;
  return (challenge) => before + challenge + between + challenge.slice(0, subjectLength) + after;
}
