import type { Request } from 'express';
import { postedList, postedText } from './form.ts';

/** What was ticked on the consent screen; nobody has looked yet at whether it may be. */
export interface ConsentForm {
  scopes: string[];
  audiences: string[];
  isRemembered: boolean;
}

/** Sorted, so that the same answer reads the same. */
export function readConsentForm(req: Request): ConsentForm {
  return {
    scopes: postedList(req, 'grant_scope').toSorted(),
    audiences: postedList(req, 'grant_access_token_audience').toSorted(),
    isRemembered: postedText(req, 'remember') !== '',
  };
}
