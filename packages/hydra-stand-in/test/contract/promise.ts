import type { Trial } from './trial.ts';

/** The versions that promises are told apart by: the last 1.x, the last 2.x, and 25.4 or later. */
export const versions = ['1.11', '2.3', '26.2'] as const;
export type Version = (typeof versions)[number];

/** Passes when the server does what the verdict says. */
export type Check = (trial: Trial) => Promise<void>;

/**
 * What became of a promise on one version:
 * - `holds`; `how` says what of it can be seen, if not all;
 * - `differs`: the server does something else, told in `how` and checked;
 * - `absent`: this version has no such thing; what it answers instead is checked;
 * - `unseen`: no request to an ordinary server can show it; `how` says why. Nothing is checked.
 */
export interface Verdict {
  word: 'holds' | 'differs' | 'absent' | 'unseen';
  how?: string;
  check?: Check;
}

/** One thing that the specification of the admin API promises. */
export interface Promised {
  /** `S` and the number of the operation in the specification; `E` for what it leaves out. */
  id: string;
  says: string;
  on: Record<Version, Verdict>;
}

export const promised = (id: string, says: string, on: Record<Version, Verdict>): Promised => ({
  id,
  says,
  on,
});

export const holds = (check: Check): Verdict => ({ word: 'holds', check });
export const holdsAsFarAsSeen = (how: string, check: Check): Verdict => ({
  word: 'holds',
  how,
  check,
});
export const differs = (how: string, check: Check): Verdict => ({ word: 'differs', how, check });
export const absent = (how: string, check: Check): Verdict => ({ word: 'absent', how, check });
export const unseen = (how: string): Verdict => ({ word: 'unseen', how });

export const everywhere = (verdict: Verdict): Record<Version, Verdict> => ({
  '1.11': verdict,
  '2.3': verdict,
  '26.2': verdict,
});

/** @param verdict of 2.3 and of 26.2 */
export const since2 = (v1: Verdict, verdict: Verdict): Record<Version, Verdict> => ({
  '1.11': v1,
  '2.3': verdict,
  '26.2': verdict,
});

/** As a table says it: `differs: the word is "prev"`. */
export function wordsOf({ word, how }: Verdict): string {
  const words = { holds: 'holds', differs: 'differs', absent: 'not there', unseen: 'not seen' };
  return how ? `${words[word]}: ${how}` : words[word];
}
