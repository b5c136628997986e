/** A small OpenID provider in the place of somebody else's: each test says what it does wrong. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Claims = Record<string, unknown>;

/** What it does other than it should. Each may be left out. */
export interface Manners {
  discovery?: (metadata: Claims) => Claims;
  /** In the place of asking anybody: the parameters of the answer. */
  authorization?: (
    answer: Record<string, string>,
    asked: URLSearchParams,
  ) => Record<string, string>;
  header?: (header: Claims) => Claims;
  claims?: (claims: Claims, asked: URLSearchParams) => Claims;
  idToken?: (token: string) => string;
  token?: (res: ServerResponse) => void;
  userinfo?: (claims: Claims) => Claims;
  userinfoAnswer?: (res: ServerResponse) => void;
}

export interface OpenIdProvider {
  issuer: string;
  /** Who is signed in there; `sub` and other claims. */
  person: Claims;
  manners: Manners;
  /** Every authorization request, the last one at the end. */
  asked: URLSearchParams[];
  /** Every call of the token endpoint. */
  tokenCalls: { authorization: string | undefined; form: URLSearchParams; status: number }[];
  /** Every address that was asked for, without its query. */
  paths: string[];
  /** The headers of every request. */
  headers: IncomingHttpHeaders[];
  rotateKeys(): void;
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export const providerClient = {
  client_id: 'portico',
  client_secret: 'the secret of portico: 1/2+3',
};

interface Code {
  asked: URLSearchParams;
  person: Claims;
}

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const codes = new Map<string, Code>();
  const tokens = new Map<string, Claims>();
  let key = newKey();
  let port = 0;

  const server = createServer((req, res) => {
    void answer(req, res).catch(() => res.writeHead(500).end());
  });
  const listen = () => new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const goDown = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  await listen();
  port = (server.address() as AddressInfo).port;
  const issuer = `http://127.0.0.1:${port}`;

  const provider: OpenIdProvider = {
    issuer,
    person: { sub: 'sam-1', email: 'sam@work.example', email_verified: true, name: 'Sam Work' },
    manners: {},
    asked: [],
    tokenCalls: [],
    paths: [],
    headers: [],
    rotateKeys: () => void (key = newKey()),
    goDown,
    comeBack: listen,
    close: goDown,
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '', issuer);
    provider.paths.push(url.pathname);
    provider.headers.push(req.headers);
    const { manners } = provider;
    switch (url.pathname) {
      case '/.well-known/openid-configuration': {
        const metadata = metadataOf(issuer);
        return json(res, 200, manners.discovery?.(metadata) ?? metadata);
      }
      case '/keys':
        return json(res, 200, { keys: [key.public] });
      case '/authorize':
        return authorize(url.searchParams, res);
      case '/token':
        return redeem(req, res);
      case '/userinfo': {
        if (manners.userinfoAnswer) return manners.userinfoAnswer(res);
        const claims = tokens.get(req.headers.authorization?.slice('Bearer '.length) ?? '');
        if (!claims) return json(res, 401, {});
        return json(res, 200, manners.userinfo?.(claims) ?? claims);
      }
      default:
        return json(res, 404, {});
    }
  }

  function authorize(asked: URLSearchParams, res: ServerResponse): void {
    provider.asked.push(asked);
    const code = randomBytes(12).toString('base64url');
    codes.set(code, { asked, person: { ...provider.person } });
    const right = { code, state: asked.get('state') ?? '', iss: issuer };
    const given = provider.manners.authorization?.(right, asked) ?? right;
    const target = new URL(asked.get('redirect_uri') ?? issuer);
    for (const [name, value] of Object.entries(given)) target.searchParams.set(name, value);
    res.writeHead(302, { Location: target.href }).end();
  }

  async function redeem(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(req));
    const { authorization } = req.headers;
    const call = { authorization, form, status: 200 };
    provider.tokenCalls.push(call);
    if (provider.manners.token) return provider.manners.token(res);
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (!isOurClient(authorization, form) || !code || !fits(form, code)) {
      call.status = 400;
      return json(res, 400, { error: 'invalid_grant' });
    }
    const accessToken = randomBytes(12).toString('base64url');
    const { sub, ...others } = code.person;
    tokens.set(accessToken, { sub, ...others });
    json(res, 200, {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: idToken(code),
    });
  }

  function idToken({ asked, person }: Code): string {
    const { manners } = provider;
    const now = Math.floor(Date.now() / 1000);
    const right: Claims = {
      iss: issuer,
      sub: person['sub'],
      aud: asked.get('client_id'),
      iat: now,
      exp: now + 300,
      nonce: asked.get('nonce'),
      auth_time: now,
    };
    const header = { alg: 'RS256', kid: key.public.kid };
    const token = key.sign(
      manners.header?.(header) ?? header,
      manners.claims?.(right, asked) ?? right,
    );
    return manners.idToken?.(token) ?? token;
  }

  return provider;
}

const metadataOf = (issuer: string): Claims => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  authorization_response_iss_parameter_supported: true,
  code_challenge_methods_supported: ['S256'],
});

/** By the header, by the form, or as a public client. */
function isOurClient(authorization: string | undefined, form: URLSearchParams): boolean {
  const { client_id: id, client_secret: secret } = providerClient;
  if (authorization === undefined) {
    return form.get('client_id') === id && (form.get('client_secret') ?? secret) === secret;
  }
  const given = Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
  return (
    given ===
    [id, secret].map((one) => new URLSearchParams([['', one]]).toString().slice(1)).join(':')
  );
}

function fits(form: URLSearchParams, { asked }: Code): boolean {
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  return (
    challenge === asked.get('code_challenge') &&
    form.get('redirect_uri') === asked.get('redirect_uri')
  );
}

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomBytes(6).toString('base64url');
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return {
    public: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' },
    sign(header: object, claims: object): string {
      const content = `${encode(header)}.${encode(claims)}`;
      const signature = createSign('RSA-SHA256').update(content).sign(privateKey, 'base64url');
      return `${content}.${signature}`;
    },
  };
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
