/** One person as a file has them, unchecked, or why there is none. */
export interface Row {
  /** Where it begins, counted from 1. */
  line: number;
  /** By the names of the members of a users file; `null` takes one away. */
  record?: Record<string, unknown>;
  /** Why it cannot be read, without its values: one of them may be a hash. */
  fault?: string;
}

/** In bytes, for one row: no person needs more, and rows wait in memory. */
export const longestRow = 262_144;

/** The file as a whole cannot be used; the message is for the operator. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
}
