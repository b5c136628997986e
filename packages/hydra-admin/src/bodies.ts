/** The bodies of the answers to a challenge. */
import { HydraError } from './hydra-error.ts';
import type { Claims, Json } from './json.ts';
import type { Dialect } from './version.ts';

export interface AcceptLogin {
  subject: string;
  remember?: boolean;
  /** Seconds. What 0 means depends on the server's version. */
  remember_for?: number;
  /** Since 2.1.0; dropped for older servers. */
  extend_session_lifespan?: boolean;
  acr?: string;
  /** Since 1.10.7; dropped for older servers. */
  amr?: string[];
  /** The subject as this client alone knows it; only for clients of subject type `pairwise`. */
  force_subject_identifier?: string;
  /** The session to end together with this sign-in. Since 2.2.0; dropped for older servers. */
  identity_provider_session_id?: string;
  context?: Json;
}

export interface AcceptConsent {
  grant_scope: string[];
  grant_access_token_audience: string[];
  session: { access_token: Claims; id_token: Claims };
  remember?: boolean;
  /** Seconds; 0 means for ever. */
  remember_for?: number;
  /** Kept with the consent. Since 2.2.0; dropped for older servers. */
  context?: Json;
}

/** `error` is required: without it the server sends the client an illegal error code. */
export interface Reject {
  /** A code such as `access_denied` (RFC 6749, section 4.1.2.1); never empty. */
  error: string;
  error_description?: string;
  /** Appended to the description. */
  error_hint?: string;
  /** Shown only by a server that exposes internal errors. */
  error_debug?: string;
  /** HTTP status of the page that the server shows in a device flow. 400 by default. */
  status_code?: number;
}

// Bodies are picked member by member: up to 2.3 the server refuses a body with a member that it
// does not know, so a caller's stray member must not get in.

export function acceptLogin(answer: AcceptLogin, { has }: Dialect): object {
  return {
    subject: answer.subject,
    remember: answer.remember,
    remember_for: answer.remember_for,
    extend_session_lifespan: has.extend_session_lifespan
      ? answer.extend_session_lifespan
      : undefined,
    acr: answer.acr,
    amr: has.amr ? answer.amr : undefined,
    force_subject_identifier: answer.force_subject_identifier,
    identity_provider_session_id: has.identity_provider_session_id
      ? answer.identity_provider_session_id
      : undefined,
    context: answer.context,
  };
}

export function acceptConsent(answer: AcceptConsent, { has }: Dialect): object {
  return {
    grant_scope: answer.grant_scope,
    grant_access_token_audience: answer.grant_access_token_audience,
    session: {
      access_token: answer.session.access_token,
      id_token: answer.session.id_token,
    },
    remember: answer.remember,
    remember_for: answer.remember_for,
    context: has.consent_context ? answer.context : undefined,
  };
}

/** @throws HydraError `bad_request` without an error code: the server would send an illegal one */
export function reject(answer: Reject): object {
  if (!answer.error) throw new HydraError('bad_request', 'a rejection needs an "error"');
  return {
    error: answer.error,
    error_description: answer.error_description,
    error_hint: answer.error_hint,
    error_debug: answer.error_debug,
    status_code: answer.status_code,
  };
}

export function userCode(code: string): object {
  return { user_code: code };
}

/** For operations without anything to send: some servers refuse an empty body as undecodable. */
export function empty(): object {
  return {};
}
