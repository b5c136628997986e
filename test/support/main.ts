/** `src/main.ts` as an operator starts it, but without what a fork puts before the consent. */
import { requiredActions } from '../../src/policy/required-actions.ts';

requiredActions.length = 0;
await import('../../src/main.ts');
