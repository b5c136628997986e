import type { Promised } from '../promise.ts';
import { clients } from './clients.ts';
import { consent } from './consent.ts';
import { consentSessions } from './consent-sessions.ts';
import { device } from './device.ts';
import { flush } from './flush.ts';
import { general } from './general.ts';
import { instance } from './instance.ts';
import { keys } from './keys.ts';
import { login } from './login.ts';
import { loginSessions } from './login-sessions.ts';
import { logout } from './logout.ts';
import { madeKeys } from './made-keys.ts';
import { newClients } from './new-clients.ts';
import { refusals } from './rejections.ts';
import { tokens } from './tokens.ts';

/** All promises, in the order of the specification; what it leaves out comes last. */
export const promises: readonly Promised[] = [
  ...general,
  ...login,
  ...consent,
  ...refusals,
  ...logout,
  ...newClients,
  ...clients,
  ...madeKeys,
  ...keys,
  ...flush,
  ...tokens,
  ...consentSessions,
  ...loginSessions,
  ...instance,
  ...device,
].toSorted((one, other) => rank(one) - rank(other));

function rank({ id }: Promised): number {
  const [, kind, number, letter = 'a'] = /^([SE])(\d+)(?:\.([a-f]))?$/.exec(id) ?? [];
  return (kind === 'E' ? 10_000 : 0) + Number(number) * 10 + letter.charCodeAt(0) - 97;
}
