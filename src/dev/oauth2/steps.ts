import type { Context } from './context.ts';
import { seconds } from './context.ts';
import { fault } from './protocol-error.ts';
import type { Sealed } from './sealer.ts';

type Challenge = 'login_challenge' | 'consent_challenge' | 'device_challenge';
type Verifier = 'login_verifier' | 'consent_verifier' | 'device_verifier';

/**
 * What a challenge stands for.
 * @throws ProtocolError 404 when it is unknown, 401 when it is too old
 */
export function openChallenge<C extends Challenge>(context: Context, kind: C, text: string) {
  const step = context.sealer.open(kind, text);
  if (!step) throw fault('Not Found');
  return inTime(context, step);
}

/**
 * What a verifier stands for.
 * @throws ProtocolError `access_denied` when it is unknown, `request_unauthorized` when too old
 */
export function openVerifier<V extends Verifier>(context: Context, kind: V, text: string) {
  const step = context.sealer.open(kind, text);
  if (!step) throw fault('access_denied', `The ${kind} is unknown.`);
  return inTime(context, step);
}

/** The clock starts with the first request and is never wound up again. */
function inTime<S extends Sealed[Challenge | Verifier]>(context: Context, step: S): S {
  if (step.requestedAt + context.lifetimes.request < seconds(context)) {
    throw fault('request_unauthorized', 'The request has expired. Please start again.');
  }
  return step;
}
