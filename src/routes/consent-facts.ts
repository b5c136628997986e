/** What the form of the consent screen holds, so that people answer what they were shown. */
import * as v from 'valibot';
import type { ConsentRequest } from '@portico/hydra-admin';
import type { Response } from 'express';
import type { Parts } from '../assemble.ts';
import { baseFacts } from '../challenge/facts.ts';
import { restartOf } from '../challenge/restart.ts';
import { PublicError } from '../errors.ts';
import { isDeviceFlow, isRememberable } from '../policy/consent.ts';
import { localeOf } from '../screens/locale.ts';

/** More than any app asks for, and little enough to fit into a posted form, which is encoded. */
const longestAsked = 24 * 1024;
const mostAsked = 500;

/** The facts that the page is rendered from. */
export const consentFacts = v.object({
  ...baseFacts.entries,
  flow: v.optional(v.object({ id: v.string(), mark: v.string(), proof: v.optional(v.string()) })),
  subject: v.string(),
  clientId: v.string(),
  isDevice: v.boolean(),
  scopes: v.array(v.string()),
  audiences: v.array(v.string()),
  isRememberable: v.boolean(),
  /** `openid` has a box of its own, because nothing was ticked. */
  isIdAsked: v.optional(v.boolean()),
});
export type ConsentFacts = v.InferOutput<typeof consentFacts>;

type Needs = Pick<Parts, 'apps' | 'challenges'>;

/**
 * @param res says in which language an app without a name is called
 * @throws PublicError `request_malformed` when the app asks for more than a form can hold
 */
export function factsOf(needs: Needs, res: Response, request: ConsentRequest): ConsentFacts {
  const { client, request_url: requestUrl, subject } = request;
  const isDevice = isDeviceFlow(request);
  const nameless = localeOf(res).t('lookalike.app');
  const app = needs.apps.viewOf(client, { requestUrl, isDevice, nameless });
  const scopes = [...new Set(request.requested_scope)];
  const audiences = [...new Set(request.requested_access_token_audience)];
  const asked = [...scopes, ...audiences];
  const { length } = encodeURIComponent(asked.join(' ').toWellFormed());
  if (asked.length > mostAsked || length > longestAsked) {
    throw new PublicError('request_malformed', { app });
  }
  return {
    app,
    startAgain: restartOf(requestUrl, { isDevice }),
    flow: needs.challenges.flowOf(request.context),
    subject,
    clientId: client.client_id,
    isDevice,
    scopes,
    audiences,
    isRememberable: isRememberable(request),
  };
}
