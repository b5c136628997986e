import type { Request } from 'express';
import type { Parts } from '../assemble.ts';
import { publicCodeOf } from '../errors.ts';
import type { Origin, Refusal, User } from '../identity/backend.ts';
import { clientAddress, networksOf } from '../web/client-address.ts';
import { postedText } from '../web/form.ts';

type Needs = Pick<Parts, 'audit' | 'identity' | 'knownBrowsers' | 'loginLimiter' | 'loginMark'>;

/**
 * What the screen may say: a wrong login or password; a password that is right but has to be changed
 * first; or the seconds until the next attempt is allowed. All other reasons look like a wrong one.
 */
export type PasswordRefused = { isWrong: true } | { isExpired: true } | { seconds: number };

/**
 * Asks the user store about the posted password, unless too many were wrong before. Writes the audit
 * trail when it is refused.
 * @param login as typed
 * @throws IdentityError as `Identity.verify` does
 */
export async function checkPassword(
  needs: Needs,
  req: Request,
  login: string,
  { clientId: client }: { clientId: string },
): Promise<{ user: User } | PasswordRefused> {
  const { audit, identity, knownBrowsers, loginLimiter, loginMark } = needs;
  const mark = loginMark(login);
  const browser = knownBrowsers.idFor(req, login);
  const address = clientAddress(req);
  const origin: Origin = {
    request: req.id,
    address,
    turn: { payers: browser ? [mark] : networksOf(address), isKnown: browser !== undefined },
  };
  let refused = 'wrong' as Refusal;

  async function prove(): Promise<User | undefined> {
    const found = await identity.verify(login, postedText(req, 'password'), origin);
    if ('user' in found) return found.user;
    refused = found.refused;
    return undefined;
  }

  const attempt = loginLimiter.attempt({ login: mark, address, browser }, prove);
  const { waitSeconds, proven, limits } = await attempt.catch((error: unknown) => {
    if (publicCodeOf(error) === 'busy') audit(req, 'refused', { reason: 'busy', login, client });
    throw error;
  });
  if (proven) return { user: proven };
  if (waitSeconds > 0) {
    audit(req, 'refused', { reason: 'paused', login, client, seconds: waitSeconds });
    return { seconds: waitSeconds };
  }
  audit(req, 'refused', { reason: refused, login, client });
  for (const reason of limits) audit(req, 'limit_hit', { reason, login, client });
  return refused === 'password_expired' ? { isExpired: true } : { isWrong: true };
}
