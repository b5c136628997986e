import { createAdmission, type Attempting } from './admission.ts';
import { createLimit, type Limit } from './limit.ts';
import type { LimitRule } from './limit-rule.ts';

/** Where wrong attempts are counted. */
export interface LimitHome {
  createLimit(rule: LimitRule): Limit;
  /** For attempts on limits of this home. */
  createAdmission(): Attempting;
}

/** In the memory of this process. */
export const limitsInMemory: LimitHome = { createLimit, createAdmission };
