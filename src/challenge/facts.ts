import * as v from 'valibot';

/**
 * What a page was drawn from, beyond its challenge: sealed into the form and read back from it, so
 * that what was shown is what is answered. Each screen adds what it needs:
 * `v.object({ ...baseFacts.entries, clientId: v.string() })`. A form whose facts do not fit, as after
 * an update, is shown again.
 */
export const baseFacts = v.object({
  app: v.optional(
    v.object({
      name: v.string(),
      initial: v.string(),
      hue: v.number(),
      href: v.optional(v.string()),
    }),
  ),
  /** Where the sign-in can begin again. */
  startAgain: v.optional(v.string()),
  /** The language of the page, in which it is also shown again. */
  lang: v.optional(v.string()),
});

export type Facts = v.InferOutput<typeof baseFacts>;

/** The shape of one screen's facts. */
export type FactsSchema<F extends Facts> = v.GenericSchema<unknown, F>;

const sealedSchema = v.object({
  /** Of the challenge. */
  key: v.string(),
  /** Mark of the browser. */
  browser: v.string(),
  /** When it was sealed, in milliseconds since 1970. */
  at: v.number(),
  facts: v.unknown(),
});

/** What travels in the hidden field. */
export type Sealed = v.InferOutput<typeof sealedSchema>;

/** @returns `undefined` when this is not what a form was sealed with */
export function readSealed(opened: unknown): Sealed | undefined {
  const read = v.safeParse(sealedSchema, opened);
  return read.success ? read.output : undefined;
}

/** @returns `undefined` when these are not the facts of this screen */
export function readFacts<F extends Facts>(schema: FactsSchema<F>, facts: unknown): F | undefined {
  const read = v.safeParse(schema, facts, { abortEarly: true });
  return read.success ? read.output : undefined;
}
