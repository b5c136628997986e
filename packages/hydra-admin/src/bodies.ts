/**
 * What we say. Bodies are picked member by member: up to 2.3 the server refuses the whole answer for
 * a member that it does not know, and so no stray one of a caller's gets in.
 */
import { HydraError } from './hydra-error.ts';
import type { AcceptConsent, AcceptLogin, Reject } from './types.ts';
import type { Dialect } from './version.ts';

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

/** @throws HydraError `bad_request` without an error code: the server would make up an illegal one */
export function reject(answer: Reject): object {
  if (!answer.error) throw new HydraError('bad_request', 'a rejection must have an "error"');
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

/** For where nothing is to say: some places take no body at all for an undecodable one. */
export function empty(): object {
  return {};
}
