/**
 * The audit trail: who signed in, who was refused, what was allowed, and from where. `docs/audit.md`
 * describes events and fields; programs of others read them, so they must not change.
 */
import { createHmac } from 'node:crypto';
import type { Request } from 'express';
import type { Refusal, WayRefusal } from '../identity/backend.ts';
import type { AuditOutput } from './audit-file.ts';
import type { Browsers } from '../web/browsers.ts';
import { clientAddress } from '../web/client-address.ts';
import { createFloodSums, type AuditLine, type SummedBy } from './flood-sums.ts';
import { createLoginMark } from './login-mark.ts';
import type { Watch } from '../watch.ts';

interface Facts {
  reason?: string | undefined;
  /** As typed. Only its mark is written. */
  login?: string | undefined;
  /** Only where it is proven. */
  subject?: string | undefined;
  client?: string | undefined;
  amr?: readonly string[] | undefined;
  /** The id of the way to sign in, if it is another one than a password. */
  way?: string | undefined;
  scopes?: readonly string[] | undefined;
  audiences?: readonly string[] | undefined;
  /** Whether the person asked to be remembered. */
  remember?: boolean | undefined;
  /** Seconds until the next attempt is allowed. */
  seconds?: number | undefined;
}

type With<F extends keyof Facts> = Facts & { [N in F]-?: NonNullable<Facts[N]> };

/** What each event must say. */
export interface AuditFacts {
  signed_in: With<'subject' | 'client'>;
  refused: Facts & {
    reason:
      | Refusal
      | WayRefusal
      | 'late'
      | 'paused'
      | 'busy'
      | 'gone'
      | 'credentials_changed'
      | 'signed_out';
  };
  /** The reason is a way to refuse a form, or the code of an error page. */
  form_refused: With<'reason'>;
  code_refused: Facts & { reason: 'wrong' | 'paused' };
  granted: With<'subject' | 'client' | 'scopes' | 'audiences'>;
  denied: Facts & { reason: 'consent_denied' | 'login_cancelled' | 'interaction_required' };
  signed_out: Facts;
  stayed: Facts;
  /** A limit begins to hold; the reason is its name. */
  limit_hit: With<'reason'>;
}

export type AuditEvent = keyof AuditFacts;

/** Writes one line about this request. */
export type Audit = <E extends AuditEvent>(req: Request, event: E, facts: AuditFacts[E]) => void;

export interface AuditTrail {
  audit: Audit;
  /** Opens the file again, for log rotation. */
  reopen(): void;
  /** Writes what is still being summed, and closes the file. */
  close(): void;
}

interface AuditTrailParts {
  output: AuditOutput;
  browsers: Pick<Browsers, 'of'>;
  /** COOKIE_SECRET: the first makes the marks. */
  secrets: readonly string[];
  /** The path of BASE_URL. */
  base: string;
  /** Gets each event, also those whose lines are summed. */
  audited?: Watch['audited'] | undefined;
}

const screens = ['login', 'consent', 'logout', 'device', 'upstream'];
const longestUserAgent = 200;
const markBytes = 16;

/**
 * What strangers can cause as often as they like is summed (see `createFloodSums`). A wrong password
 * is not: each is checked against a hash, which bounds their number, and says who is attacked.
 */
function summedBy(event: AuditEvent, { reason, way }: AuditLine): SummedBy | undefined {
  if (reason === 'busy') return 'reason';
  const isFlood =
    event === 'form_refused' ||
    event === 'code_refused' ||
    event === 'limit_hit' ||
    reason === 'paused' ||
    reason === 'gone' ||
    (way !== undefined && event === 'refused') ||
    reason === 'credentials_changed' ||
    reason === 'signed_out' ||
    reason === 'login_cancelled';
  return isFlood ? 'address' : undefined;
}

export function createAuditTrail({
  output,
  browsers,
  secrets,
  base,
  audited,
}: AuditTrailParts): AuditTrail {
  const loginMark = createLoginMark(secrets);
  const sums = createFloodSums(write);

  function write(line: AuditLine): void {
    output.write(asciiJson({ time: new Date().toISOString(), ...line }));
  }

  function sessionMark(req: Request): string | undefined {
    const browser = browsers.of(req);
    const key = `portico session mark ${secrets[0]!}`;
    const digest = browser && createHmac('sha256', key).update(browser.csrf).digest();
    return digest?.toString('base64url', 0, markBytes);
  }

  return {
    audit(req, event, told) {
      audited?.(event, told);
      const { reason, login, ...facts }: Facts = told;
      const line: AuditLine = {
        // First and in this order: filters such as that of fail2ban rely on it.
        audit: event,
        reason,
        address: clientAddress(req) || undefined,
        request: req.id,
        trace: req.traceId,
        method: req.method,
        screen: screenOf(req, base),
        login_mark: login === undefined ? undefined : loginMark(login),
        ...facts,
        session_mark: sessionMark(req),
        user_agent: userAgentOf(req),
      };
      const by = summedBy(event, line);
      if (by) sums.add(line, by);
      else write(line);
    },
    reopen: () => output.reopen(),
    close() {
      sums.flush();
      sums.flush(); // ends its timer
      output.close();
    },
  };
}

/** By the first part of the path. Never a path that we do not know: anything may be in it. */
function screenOf(req: Request, base: string): string {
  const [, first = ''] = (req.baseUrl + req.path).slice(base.length).toLowerCase().split('/');
  if (first === '') return 'start';
  return screens.includes(first) ? first : 'other';
}

function userAgentOf(req: Request): string | undefined {
  const given = req.get('user-agent');
  return given?.slice(0, longestUserAgent).replace(/[^ -~]|["\\<>`]/g, '?');
}

/** Safe in terminals, and one line for every reader of lines. */
function asciiJson(line: object): string {
  return JSON.stringify(line).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
