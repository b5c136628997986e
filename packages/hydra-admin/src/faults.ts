import { isRecord, parseJson } from './json.ts';
import { MalformedAnswer } from './schema.ts';
import { HydraError, type HydraErrorKind } from './hydra-error.ts';
import { redirectIn } from './redirect.ts';
import { isCertificateFault, SendError, type Answer, type Method, type SendFault } from './send.ts';

const kindOfFault: Record<SendFault, HydraErrorKind> = {
  broken: 'down',
  slow: 'slow',
  truncated: 'nonsense',
  too_large: 'nonsense',
  malformed: 'nonsense',
};

/** Codes of connections that failed before anything was sent. */
const notSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|PROXY_REFUSED|(secureC|c)onnect)$/;

/** Turns an error of sending or reading into a `HydraError`. Returns any other error unchanged. */
export function hydraErrorOf(
  { name, method }: { name: string; method: Method },
  error: unknown,
  status?: number,
): unknown {
  if (error instanceof SendError) {
    const wasSent = !notSent.test(error.code ?? '') && !isCertificateFault(error);
    const mayBeDone = method !== 'GET' && wasSent;
    const message = `${name}: ${error.message}`;
    return new HydraError(kindOfFault[error.fault], message, { status, mayBeDone });
  }
  if (!(error instanceof MalformedAnswer)) return error;
  return new HydraError('nonsense', `${name}: ${status}, but ${error.message}`, { status });
}

/**
 * Turns an answer without success into a `HydraError`.
 * @param secrets kept out of the message, even if the server repeats them
 */
export function faultOf(
  operation: string,
  answer: Answer,
  { publicUrl, secrets }: { publicUrl: string | undefined; secrets: string[] },
): HydraError {
  const { status } = answer;
  const body = parseJson(answer.body);
  const kind = kindOf(status, body);
  const redirectTo = kind === 'gone' ? redirectIn(answer.body, publicUrl) : undefined;
  const mayWait = kind === 'limited' || kind === 'unavailable';
  const retryAfterSeconds = mayWait ? retryAfterOf(answer) : undefined;
  const message = `${operation}: ${status} ${kind}${quote(body, secrets)}`;
  return new HydraError(kind, message, { status, redirectTo, retryAfterSeconds });
}

/** True if the server lacks the operation; an unknown challenge is a 404 too. */
export function isRouteUnknown({ status, body }: Answer): boolean {
  return status === 404 && kindOf(status, parseJson(body)) === 'route_unknown';
}

function kindOf(status: number, body: unknown): HydraErrorKind {
  const error = isRecord(body) ? body['error'] : undefined;
  switch (status) {
    case 400:
      // TLS ports and proxies send a 400 of their own, in HTML or plain text.
      return isRecord(body) ? 'bad_request' : 'nonsense';
    case 401:
      return error === 'request_unauthorized' ? 'expired' : 'refused';
    case 404:
      return typeof error === 'string' ? 'unknown' : 'route_unknown';
    case 409:
      return isRecord(body) ? 'conflict' : 'nonsense';
    case 410:
      return 'gone';
    case 429:
      return 'limited';
    case 503:
      return 'unavailable';
    default:
      if (status >= 500) return 'down';
      return status >= 400 ? 'refused' : 'nonsense';
  }
}

/** Nobody waits for longer, whatever a gateway says. */
const longestWaitSeconds = 3_600;

/**
 * `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
 * @returns 1 to 3600; `undefined` if there is none that can be read
 */
function retryAfterOf({ headers }: Answer): number | undefined {
  const text = String(headers['retry-after'] ?? '').trim();
  const isDate = /^[A-Z][a-z]+,? .*\d/.test(text);
  const seconds = isDate ? (Date.parse(text) - Date.now()) / 1000 : Number(text || Number.NaN);
  if (Number.isNaN(seconds) || !(isDate || /^\d+$/.test(text))) return undefined;
  return Math.min(Math.max(Math.ceil(seconds), 1), longestWaitSeconds);
}

/** The server's own words, for the log. */
function quote(body: unknown, secrets: string[]): string {
  if (!isRecord(body)) return '';
  const said = [body['error'], body['error_description']]
    .filter((text) => typeof text === 'string' && text !== '')
    .join(', ');
  const isQuiet = said === '' || secrets.some((secret) => mentions(said, secret));
  return isQuiet ? '' : `: ${said.slice(0, 300)}`;
}

function mentions(text: string, secret: string): boolean {
  return text.includes(secret) || text.includes(encodeURIComponent(secret));
}
