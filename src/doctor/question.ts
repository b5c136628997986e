import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { createSealer } from '../challenge/sealer.ts';

/** The header that asks an instance what it saw of a request. */
export const questionHeader = 'portico-question';
/** The header that fills up an answer, to see whether it comes through. */
export const fillHeader = 'portico-fill';

/** In bytes. More than any answer of ours or of an OAuth2 server has. */
const largestFill = 32 * 1024;
/** How far the clocks of both machines may differ. */
const lifeMs = 5 * 60_000;
const mostSecrets = 8;
/** In bytes; with eight secrets it has 1,200. */
const longestHeader = 4_096;
/** How many nonces are remembered; whoever can make more than that has the secret. */
const mostAnswered = 10_000;
const purpose = 'question of the doctor';

const sealed = v.object({
  at: v.number(),
  nonce: v.pipe(v.string(), v.regex(/^[\w-]{16}$/)),
  fill: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(largestFill)),
  parts: v.boolean(),
});

/** Which secret of the asker is which one of ours, both counted from 0. */
export interface KnownSecret {
  theirs: number;
  ours: number;
}

export interface PathQuestion {
  nonce: string;
  /** How many bytes the header `fillHeader` of the answer shall have. */
  fill: number;
  /** Whether to ask what the app depends on, which takes time when it is away. */
  parts: boolean;
  known: KnownSecret[];
}

interface SignOptions extends Pick<PathQuestion, 'fill' | 'parts'> {
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Makes a question that only an instance with one of these secrets answers.
 * @param secrets the cookie secrets: each signs it once, so that the answer tells which ones are known
 * @returns the value of `questionHeader`, and what the answer repeats
 */
export function signQuestion(
  secrets: readonly string[],
  { fill = 0, parts = false, now = Date.now() }: Partial<SignOptions> = {},
): { header: string; nonce: string } {
  const nonce = randomBytes(12).toString('base64url');
  const signed = secrets
    .slice(0, mostSecrets)
    .map((secret) => createSealer([secret], purpose).seal({ at: now, nonce, fill, parts }));
  return { header: signed.join(','), nonce };
}

/**
 * Reads questions. One that is too old, or was answered before, or is signed with no secret of ours is
 * none: whoever sends it learns nothing, not even that there are questions.
 * @param secrets the cookie secrets
 */
export function createQuestions(secrets: readonly string[]) {
  const sealers = secrets.map((secret) => createSealer([secret], purpose));
  /** When each question that was answered is too old, by its nonce. */
  const answered = new Map<string, number>();

  function isNew(nonce: string, now: number): boolean {
    for (const [old, end] of answered) {
      if (end > now && answered.size < mostAnswered) break; // the oldest is first
      answered.delete(old);
    }
    if (answered.has(nonce)) return false;
    answered.set(nonce, now + 2 * lifeMs);
    return true;
  }

  return {
    /** @param text the value of `questionHeader` */
    read(text: string, now = Date.now()): PathQuestion | undefined {
      if (text.length > longestHeader) return undefined;
      const known: KnownSecret[] = [];
      let question: v.InferOutput<typeof sealed> | undefined;
      for (const [theirs, part] of text.split(',', mostSecrets).entries()) {
        const ours = sealers.findIndex((sealer) => v.is(sealed, sealer.open(part)));
        if (ours < 0) continue;
        question ??= v.parse(sealed, sealers[ours]!.open(part));
        known.push({ theirs, ours });
      }
      if (!question || Math.abs(now - question.at) > lifeMs) return undefined;
      const { nonce, fill, parts } = question;
      return isNew(nonce, now) ? { nonce, fill, parts, known } : undefined;
    },
  };
}
