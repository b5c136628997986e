/** The state cannot be asked now. Its message is for the log, without secrets. */
export class StateError extends Error {
  override readonly name = 'StateError';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}
