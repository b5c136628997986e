import { SettingsError } from '@portico/settings';

/** How a command ends. The help lists them. */
export const exitCodes = { done: 0, failed: 1, misused: 2, unknown: 3, interrupted: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command, with one sentence for the person and an exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** For a wrong command, input or setting: nothing was done. */
export function misuse(message: string): Failure {
  return new Failure(message, exitCodes.misused);
}

/** Any error as a `Failure`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof SettingsError) return misuse(error.faults.join('\n'));
  return new Failure(
    `Something went wrong: ${error instanceof Error ? error.message : 'the reason is unknown'}`,
  );
}
