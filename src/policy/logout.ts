/** CHANGE HERE: who is asked before signing out. */
import type { LogoutRequest } from '@portico/hydra-admin';

/**
 * Whether an app may sign a person out without asking them. Only if the app itself started it, with
 * a token that proves so (`id_token_hint`): otherwise any link on any page could sign people out.
 */
export function maySkipLogoutQuestion(request: LogoutRequest): boolean {
  return request.rp_initiated && request.client?.skip_logout_consent === true;
}
