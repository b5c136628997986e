import type { Response } from 'express';
import type { SampleAccount } from './cards.ts';
import type { Fault } from './faults.ts';
import type { Html } from './html.ts';
import type { Page } from './page.ts';
import type { Parties } from './parties.ts';
import type { Visit, Visits } from './visits.ts';

/** Tells the developer what an app has just done: one line for each step. */
export type Tell = (app: string, what: string) => void;

/** What the routes of the sample app need. */
export interface AppParts {
  parties: () => Promise<Parties>;
  visits: Visits;
  appName: string;
  /** Where the app is, without a slash at the end. */
  url: string;
  /** Demo people to introduce on the first page. */
  accounts: readonly SampleAccount[];
  /** The server has started together with this app, and remembers nothing of the time before. */
  isServerFresh: boolean;
  tell: Tell;
  show: {
    page: (res: Response, page: Page, ancestors?: string) => void;
    fault: (res: Response, fault: Fault, visit?: Visit) => void;
    notes: (visit: Visit | undefined) => Html;
  };
}
