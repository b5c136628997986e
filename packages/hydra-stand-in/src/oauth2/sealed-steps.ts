import type { DeviceStep, Flow } from './flow.ts';
import type { Sealer } from './sealer.ts';
import type { StepOf, Steps } from './step-store.ts';

/**
 * Challenges and verifiers that hold the whole step: nobody has to remember them, and nobody knows
 * what was answered, or how often.
 */
export function createSealedSteps(sealer: Sealer): Steps {
  type Kind = keyof StepOf;
  type Step = Flow | DeviceStep;
  const steps = {
    begin: (kind: Kind, step: Step) => sealer.seal(`${kind}_challenge`, step),
    read: (kind: Kind, challenge: string) => sealer.open(`${kind}_challenge`, challenge),
    answer: (kind: Kind, _challenge: string, step: Step) => sealer.seal(`${kind}_verifier`, step),
    redeem: (kind: Kind, verifier: string) => sealer.open(`${kind}_verifier`, verifier),
    isDone: () => false,
  };
  // The purpose that it is sealed for says which kind of step it is.
  return steps as Steps;
}
