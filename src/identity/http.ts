import { kind, setting, SettingsError, type ValuesOf } from '@portico/settings';
import {
  IdentityError,
  type Backend,
  type BackendParts,
  type Identity,
  type Refusal,
  type User,
  type Verification,
} from './backend.ts';
import { createConnections } from './http-connection.ts';
import { exchange, isStale, type Answer, type Question } from './http-exchange.ts';
import { readPerson } from './http-person.ts';
import { foldLogin, isPossibleLogin } from './login-key.ts';
import { normalPassword } from './password.ts';
import { plainPeopleApi, peopleApiAddress } from './http-address.ts';

const settings = {
  PEOPLE_API_URL: setting(
    'the https address of your API for people, or an http one in a private network',
    peopleApiAddress,
    { isRequired: true, doubt: plainPeopleApi },
  ),
  PEOPLE_API_TOKEN: setting('a bearer token in one line', kind.headerValue, { isSecret: true }),
  PEOPLE_API_CA_FILE: setting('a readable file of certificates in PEM', kind.readable),
  PEOPLE_API_CERT_FILE: setting('a readable file with a certificate in PEM', kind.readable),
  PEOPLE_API_KEY_FILE: setting('a readable file with a key in PEM', kind.readable),
  PEOPLE_API_TIMEOUT_MS: setting('milliseconds, 100 to 60000', kind.integer(100, 60_000), {
    fallback: '3000',
  }),
};

/** People behind an API of yours, which checks the passwords: `docs/people-api.yaml`. */
export const httpBackend: Backend<typeof settings> = {
  settings,
  faults: ({ PEOPLE_API_CERT_FILE: cert, PEOPLE_API_KEY_FILE: key }) =>
    (cert === undefined) === (key === undefined)
      ? []
      : ['PEOPLE_API_CERT_FILE and PEOPLE_API_KEY_FILE go together.'],
  create: async (values, parts) => createHttpIdentity(values, parts),
};

const reasons: readonly string[] = ['disabled', 'locked', 'password_expired'] satisfies Refusal[];

/** A subject that nobody has, to ask whether the API is there. */
const nobody = 'portico-ready';

/** @throws SettingsError when a token, certificate or key cannot be used */
function createHttpIdentity(
  values: ValuesOf<typeof settings>,
  { log, outward, secretFiles = {} }: BackendParts,
): Identity {
  const connections = openConnections(values, secretFiles['PEOPLE_API_TOKEN'], log);
  const timeoutMs = values.PEOPLE_API_TIMEOUT_MS;
  const dropped = new Set<string>();
  const { hostname, port, protocol } = new URL(values.PEOPLE_API_URL);
  const server = {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };

  function personIn(answer: Answer): User {
    const isJson = /^application\/(.+\+)?json\b/i.test(answer.headers['content-type'] ?? '');
    const user = isJson ? readPerson(answer.text, warnOnce) : undefined;
    if (!user) throw new IdentityError('down', 'the API for people answers 200 without a person');
    return user;
  }

  function warnOnce(claim: string): void {
    if (dropped.has(claim)) return;
    dropped.add(claim);
    log.warn(
      { claim },
      'the API for people gives a claim that cannot be one, or not of this type: it is left out',
    );
  }

  /** @param template the path with names in the place of values */
  async function ask(question: Question, template: string): Promise<Answer> {
    const send = () => {
      const headers = outward?.headersNow();
      return exchange(connections.current(), { ...question, headers }, timeoutMs);
    };
    if (!outward) return send();
    const { method } = question;
    const attributes = { ...server, 'http.request.method': method, 'url.template': template };
    const about = { name: `${method} ${template}`, kind: 'client', attributes } as const;
    return outward.span(about, async (note) => {
      const answer = await send();
      note({ 'http.response.status_code': answer.status });
      return answer;
    });
  }

  const get = (subject: string) => {
    const path = `/people/${encodeURIComponent(subject)}`;
    return ask({ method: 'GET', path }, '/people/{subject}');
  };

  return {
    async verify(login, password, { address, request }) {
      const folded = foldLogin(login);
      // No store has these, and some take an empty password for no question at all.
      if (!isPossibleLogin(folded) || password === '') return { refused: 'wrong' };
      const body = JSON.stringify({
        login: folded,
        password: Buffer.from(normalPassword(password)).toString(), // without half characters
        address,
        request_id: request,
      });
      const question = { method: 'POST', path: '/verify', body } as const;
      const answer = await ask(question, '/verify');
      if (answer.status !== 200) return { refused: refusalIn(answer) };
      return verificationOf(personIn(answer));
    },
    async find(subject) {
      if (!isFindable(subject)) return undefined;
      const answer = await get(subject).catch((error: unknown) => {
        if (isStale(error)) return get(subject);
        throw error;
      });
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw faultOf(answer);
      const user = personIn(answer);
      if (user.subject === subject) return user;
      throw new IdentityError('down', 'the API for people answers with another person');
    },
    async ready() {
      const answer = await get(nobody).catch(() => undefined);
      return answer?.status === 404 || answer?.status === 200;
    },
    // The API is not asked for it: the label of the field covers both.
    hasUsernames: () => true,
    async close() {
      connections.close();
    },
  };
}

function openConnections(
  values: ValuesOf<typeof settings>,
  tokenFile: string | undefined,
  log: BackendParts['log'],
) {
  const { PEOPLE_API_CERT_FILE: certFile, PEOPLE_API_KEY_FILE: keyFile } = values;
  const { PEOPLE_API_URL: url, PEOPLE_API_TOKEN: token, PEOPLE_API_CA_FILE: caFile } = values;
  try {
    return createConnections({ url, token, tokenFile, caFile, certFile, keyFile }, log);
  } catch (error) {
    throw new SettingsError([`PEOPLE_API_…: ${(error as Error).message}.`]);
  }
}

/** A path cannot hold the others as they are. */
function isFindable(subject: string): boolean {
  return /^[^\p{Cc}\p{Surrogate}]{1,255}$/u.test(subject) && !/^\.{1,2}$/.test(subject);
}

function verificationOf(user: User): Verification {
  return user.disabled ? { refused: 'disabled' } : { user };
}

/** @throws IdentityError unless the answer says why it is no: a fault is not a wrong password */
function refusalIn(answer: Answer): Refusal {
  if (answer.status === 423) return 'locked';
  if (answer.status === 401 && !isTokenRefused(answer)) return 'wrong';
  const reason = answer.status === 403 ? reasonIn(answer.text) : undefined;
  if (reason) return reason;
  throw faultOf(answer);
}

/** The API's own no to our token (RFC 6750, 3), not to a password. */
function isTokenRefused({ headers }: Answer): boolean {
  return /(^|,)\s*bearer\b/i.test(headers['www-authenticate'] ?? '');
}

function reasonIn(text: string): Refusal | undefined {
  try {
    const { reason } = JSON.parse(text) as { reason?: unknown };
    return reasons.find((one): one is Refusal => one === reason);
  } catch {
    return undefined;
  }
}

function faultOf({ status, headers }: Answer): IdentityError {
  const kind = status === 429 ? 'busy' : 'down';
  const seconds = kind === 'busy' ? retryAfterOf(headers['retry-after']) : undefined;
  return new IdentityError(kind, `the API for people answers ${status}`, undefined, seconds);
}

/** Nobody is told to wait for longer, whatever the API says. */
const longestWaitSeconds = 600;

/** `Retry-After` in seconds (RFC 9110, section 10.2.3). A date counts as none: it needs equal clocks. */
function retryAfterOf(header: string | undefined): number | undefined {
  const seconds = /^\d{1,9}$/.test(header ?? '') ? Number(header) : 0;
  return seconds > 0 ? Math.min(seconds, longestWaitSeconds) : undefined;
}
