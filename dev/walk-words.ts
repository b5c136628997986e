/** The end of a request, as Portico logs it. */
export interface RequestEnd {
  method: string;
  path: string;
  status: number;
  /** The browser went away before its answer. */
  end?: 'gone';
}

interface AdminCall {
  operation: string;
  status?: number;
  /** Of the fault, where there was one. */
  kind?: string;
}

interface AuditLine {
  audit: string;
  reason?: string;
  subject?: string;
  scopes?: string[];
}

/** What became known of a request before its end. */
export interface Happening {
  audits: AuditLine[];
  calls: AdminCall[];
  /** The code of the error page. */
  fault?: string;
}

const pages: Record<string, string> = {
  '/': 'start page',
  '/login': 'sign-in page',
  '/consent': 'consent page',
  '/logout': 'sign-out page',
  '/logout/stayed': 'page “still signed in”',
  '/logged-out': 'page “signed out”',
  '/error': 'page of an OAuth2 error',
  '/device/verify': 'page for a device’s code',
  '/device/success': 'page “connected”',
  '/device/stopped': 'page “not connected”',
};

const refusals: Record<string, string> = {
  wrong: 'wrong address or password',
  disabled: 'the right password of a disabled person',
  paused: 'too many wrong passwords, so it was not looked at',
  busy: 'too many passwords at once',
  gone: 'the person whom the server remembers is gone',
  credentials_changed: 'the person has another password since',
};

const denials: Record<string, string> = {
  consent_denied: 'did not allow it',
  login_cancelled: 'cancelled',
  interaction_required: 'a question was due, but none was wanted',
};

/**
 * One line about a request: what was asked, what happened, which calls it took, and where it ended.
 * Holds no challenge, code or token: neither log nor audit trail has any.
 * @returns `undefined` for style sheets, pictures and the like, unless they are faulty
 */
export function sentenceOf(
  request: RequestEnd,
  { audits, calls, fault }: Happening,
  nameOf: (subject: string) => string | undefined,
): string | undefined {
  if (isAsset(request)) return undefined;
  const happened = audits.map((line) => audited(line, nameOf)).filter((text) => text !== '');
  const isQuestion = ({ operation }: AdminCall) => /\.(get|list|detect)$/.test(operation);
  const parts = [
    ...calls.filter(isQuestion).map(called),
    ...happened,
    ...calls.filter((call) => !isQuestion(call)).map(called),
    endOf(request, calls, fault),
  ];
  return `${request.method} ${request.path} → ${parts.join(' → ')}`;
}

function isAsset({ path, status }: RequestEnd): boolean {
  if (path.startsWith('/health/')) return true;
  return status < 400 && (/^\/(static|client-logo)\//.test(path) || /\.\w+$/.test(path));
}

function audited({ audit, reason = '', subject, scopes = [] }: AuditLine, nameOf: Naming): string {
  const who = (subject !== undefined && nameOf(subject)) || 'somebody';
  const list = scopes.length > 0 ? scopes.join(' ') : 'nothing';
  switch (audit) {
    case 'signed_in':
      return reason === 'remembered' ? `the server remembers ${who}` : `${who} signed in`;
    case 'refused':
      return refusals[reason] ?? `refused: ${reason}`;
    case 'form_refused':
      return `the form was refused: ${reason}`;
    case 'code_refused':
      return reason === 'paused' ? 'too many wrong codes' : 'wrong code';
    case 'granted':
      return reason === '' ? `${who} allowed ${list}` : `allowed without a question: ${list}`;
    case 'denied':
      return `${subject === undefined ? 'the person' : who} ${denials[reason] ?? reason}`;
    case 'signed_out':
      return `${who} signed out`;
    case 'stayed':
      return `${who} stays signed in`;
    case 'limit_hit':
      return `a limit begins to hold: ${reason}`;
    default:
      return audit;
  }
}

type Naming = (subject: string) => string | undefined;

const verbs: Record<string, string> = {
  get: 'asked the admin API for',
  accept: 'accepted',
  reject: 'rejected',
  list: 'asked the admin API for',
  detect: 'asked the admin API for',
  revoke: 'ended',
};
const things: Record<string, string> = {
  login: 'the login request',
  consent: 'the consent request',
  logout: 'the logout request',
  device: 'the device’s code',
  consentSessions: 'what was allowed before',
  loginSessions: 'the login sessions',
  server: 'its version',
};

function called({ operation, status, kind }: AdminCall): string {
  const [thing = '', verb = ''] = operation.split('.');
  const known = things[thing] && verbs[verb];
  const text = known ? `${verbs[verb]} ${things[thing]}` : `called ${operation}`;
  return kind === undefined ? text : `${text} (${[status, kind].filter(Boolean).join(' ')})`;
}

function endOf(
  { method, path, status, end }: RequestEnd,
  calls: AdminCall[],
  fault?: string,
): string {
  if (end === 'gone') return 'the browser went away';
  const isAnswer = calls.some(({ operation }) => /\.(accept|reject)$/.test(operation));
  if (status >= 300 && status < 400) {
    return isAnswer ? 'back to the server' : 'sends the browser on';
  }
  if (fault !== undefined) return `shows the error page ${fault} (${status})`;
  const page = pages[path.replace(/(?<=.)\/$/, '')] ?? 'page';
  const again = method === 'POST' && status >= 400 ? ' again' : '';
  return `shows the ${page}${again}${status === 200 ? '' : ` (${status})`}`;
}
