/** CHANGE HERE: screens that a person has to pass before an app gets anything, such as new terms of use. */
import type { Request } from 'express';
import type { User } from '../identity/backend.ts';
import type { Asked } from './consent.ts';

export interface RequiredAction {
  /**
   * The screen, such as `/terms`. It gets the `consent_challenge`, takes it through its own form, and
   * leads back to `/consent` with it when it is done.
   */
  path: `/${string}`;
  /** Whether this person still has to pass it. */
  isDue: (user: User, asked: Asked, req: Request) => Promise<boolean>;
}

/** In the order in which they are shown. */
export const requiredActions: RequiredAction[] = [];
