import { createKeptSteps } from './kept-steps.ts';
import type { Profile } from './profile.ts';
import type { Records } from './records.ts';
import { createSealedSteps } from './sealed-steps.ts';
import type { Sealer } from './sealer.ts';
import type { Steps } from './step-store.ts';

/** Challenges and verifiers as the version has them. */
export function createSteps(options: {
  profile: Profile;
  records: Records;
  sealer: Sealer;
  now: () => number;
}): Steps {
  const sealed = createSealedSteps(options.sealer);
  return options.profile.challenges === 'sealed' ? sealed : createKeptSteps(options);
}
