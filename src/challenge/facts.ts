import * as v from 'valibot';

/**
 * The facts that a page was rendered from. They are sealed into its form and read back when it is
 * posted, so that people answer what they were shown. Each screen adds what it needs:
 * `v.object({ ...baseFacts.entries, clientId: v.string() })`. If the facts in a form do not match the
 * schema, for example after an update, the form is shown again.
 */
export const baseFacts = v.object({
  app: v.optional(
    v.object({
      name: v.string(),
      initial: v.string(),
      hue: v.number(),
      logo: v.optional(v.string()),
      href: v.optional(v.string()),
      host: v.optional(v.string()),
      claimedName: v.optional(v.string()),
      brand: v.optional(v.object({ accent: v.optional(v.string()), lead: v.optional(v.string()) })),
    }),
  ),
  /** Where the sign-in can start again. */
  startAgain: v.optional(v.string()),
  /** The language of the page, kept for the next time it is shown. */
  lang: v.optional(v.string()),
});

export type Facts = v.InferOutput<typeof baseFacts>;

/** The shape of one screen's facts. */
export type FactsSchema<F extends Facts> = v.GenericSchema<unknown, F>;

const sealedSchema = v.object({
  /** `Challenge.key`. */
  key: v.string(),
  /** `Browsers.markOf`. */
  browser: v.string(),
  /** When it was sealed, in milliseconds since 1970. */
  at: v.number(),
  facts: v.unknown(),
});

/** The content of the hidden field. */
export type Sealed = v.InferOutput<typeof sealedSchema>;

/** @returns `undefined` when this is not the content of a hidden field */
export function readSealed(opened: unknown): Sealed | undefined {
  const read = v.safeParse(sealedSchema, opened);
  return read.success ? read.output : undefined;
}

/** @returns `undefined` when the facts do not match the schema of this screen */
export function readFacts<F extends Facts>(schema: FactsSchema<F>, facts: unknown): F | undefined {
  const read = v.safeParse(schema, facts, { abortEarly: true });
  return read.success ? read.output : undefined;
}
