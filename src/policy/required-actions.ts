/** CHANGE HERE: what people must do before an app gets anything, such as accept new terms of use. */
import type { Request } from 'express';
import type { User } from '../identity/backend.ts';
import type { Asked } from './consent.ts';

export interface RequiredAction {
  /**
   * The path of its screen, such as `/terms`. The screen gets the `consent_challenge` as a parameter,
   * and leads back to `/consent` with it when it is done.
   */
  path: `/${string}`;
  /** Whether this person still has to do it. */
  isDue: (user: User, asked: Asked, req: Request) => Promise<boolean>;
}

/** In the order in which they are shown. */
export const requiredActions: RequiredAction[] = [];
