import type { Response } from 'express';
import type { Fault } from './faults.ts';
import type { Html } from './html.ts';
import type { Page } from './page.ts';
import type { Parties } from './parties.ts';
import type { Visit, Visits } from './visits.ts';

/** What the routes of the sample app need. */
export interface AppParts {
  parties: () => Promise<Parties>;
  visits: Visits;
  appName: string;
  /** Where the app is, without a slash at the end. */
  url: string;
  show: {
    page: (res: Response, page: Page, ancestors?: string) => void;
    fault: (res: Response, fault: Fault) => void;
    notes: (visit: Visit | undefined) => Html;
  };
}
