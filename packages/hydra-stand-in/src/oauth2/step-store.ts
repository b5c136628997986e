import type { DeviceStep, Flow } from './flow.ts';

/** What a challenge is about, and the verifier that answers it. */
export interface StepOf {
  login: Flow;
  consent: Flow;
  device: DeviceStep;
}

/** Hands out challenges and verifiers, and knows what they stand for. */
export interface Steps {
  /** @returns the challenge that the app is sent */
  begin<K extends keyof StepOf>(kind: K, step: StepOf[K]): string;
  /** @returns `undefined` when the challenge is unknown */
  read<K extends keyof StepOf>(kind: K, challenge: string): StepOf[K] | undefined;
  /**
   * @returns the verifier that the browser brings back
   * @throws ProtocolError when it was answered and cannot be answered again
   */
  answer<K extends keyof StepOf>(kind: K, challenge: string, step: StepOf[K]): string;
  /**
   * @returns the answered step; `undefined` when the verifier is unknown
   * @throws ProtocolError when it was used and cannot be used again
   */
  redeem<K extends keyof StepOf>(kind: K, verifier: string): StepOf[K] | undefined;
  /** Whether the browser has been back with the answer, as far as anybody knows. */
  isDone(challenge: string): boolean;
}
