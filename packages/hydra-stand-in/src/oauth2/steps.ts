import { seconds, type Context } from './context.ts';
import type { DeviceStep, Flow } from './flow.ts';
import { fault } from './protocol-error.ts';
import type { StepOf } from './step-store.ts';

/**
 * What a challenge stands for.
 * @throws ProtocolError 404 when it is unknown, 401 when it is too old and the server tells
 */
export function readStep<K extends keyof StepOf>(context: Context, kind: K, challenge: string) {
  const step = context.steps.read(kind, challenge);
  if (!step) throw fault('Not Found');
  if (context.profile.isExpiryTold) demandInTime(context, step);
  return step;
}

/**
 * What a verifier stands for; whether it is in time is another matter.
 * @throws ProtocolError `access_denied` when it is unknown, `invalid_request` when it was used
 */
export function redeemStep<K extends keyof StepOf>(context: Context, kind: K, verifier: string) {
  const step = context.steps.redeem(kind, verifier);
  if (!step) throw fault('access_denied', `The ${kind}_verifier is unknown.`);
  return step;
}

/**
 * The clock starts with the first request and is never wound up again.
 * @throws ProtocolError `request_unauthorized`
 */
export function demandInTime(context: Context, { requestedAt }: Flow | DeviceStep): void {
  if (requestedAt + context.lifetimes.request < seconds(context)) {
    throw fault('request_unauthorized', 'The request has expired. Please start again.');
  }
}
