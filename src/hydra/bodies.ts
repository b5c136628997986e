/**
 * What we say. Bodies are picked member by member: up to 2.3 the server refuses the whole answer for
 * a member that it does not know, and so no stray one of a caller's gets in.
 */
import type { AcceptConsent, AcceptLogin, Reject } from './types.ts';
import type { Dialect } from './version.ts';

export function acceptLogin(answer: AcceptLogin, { mayHave }: Dialect): object {
  return {
    subject: answer.subject,
    remember: answer.remember,
    remember_for: answer.remember_for,
    extend_session_lifespan: mayHave.extend_session_lifespan
      ? answer.extend_session_lifespan
      : undefined,
    acr: answer.acr,
    amr: mayHave.amr ? answer.amr : undefined,
    context: answer.context,
  };
}

export function acceptConsent(answer: AcceptConsent): object {
  return {
    grant_scope: answer.grant_scope,
    grant_access_token_audience: answer.grant_access_token_audience,
    session: {
      access_token: answer.session.access_token,
      id_token: answer.session.id_token,
    },
    remember: answer.remember,
    remember_for: answer.remember_for,
  };
}

export function reject(answer: Reject): object {
  return {
    error: answer.error,
    error_description: answer.error_description,
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
