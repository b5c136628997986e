/** What may watch the app at work. Without a watch, nothing is measured and nothing is spent. */
import type { QueryReport } from '@portico/database';
import type { HydraCall } from '@portico/hydra-admin';
import type { AuditEvent, AuditFacts } from './audit/audit.ts';
import type { Identity } from './identity/backend.ts';
import type { Output } from './web/log.ts';

/** Each member gets what it is named after when it happens. None may throw. */
export interface Watch {
  audited: <E extends AuditEvent>(event: E, facts: AuditFacts[E]) => void;
  adminCall: (call: HydraCall) => void;
  query: (report: QueryReport) => void;
  passwords: PasswordWatch;
  /** @returns the user store to use in the place of the one that was opened */
  store: (name: string, identity: Identity) => Identity;
  /** @returns the output to use in the place of this one */
  output: (output: Output) => Output;
}

export interface PasswordWatch {
  /** @param lengths asks how many are waiting and being checked at that moment */
  queue: (lengths: () => QueueLengths) => void;
  /** A password was checked. */
  checked: (times: { waitMs: number; checkMs: number }) => void;
}

export interface QueueLengths {
  running: number;
  /** From browsers that have signed in to the account before. */
  known: number;
  others: number;
}
