/** What some versions of the server have and others lack. */

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

export type Feature = keyof typeof features;

interface Row {
  isIn: (version: Version) => boolean;
  /** Ends the sentence of the error, where there is one: "… is not to be had: …". */
  where: string;
}

const row = (where: string, isIn: Row['isIn']): Row => ({ where, isIn });

const since =
  (...least: Version) =>
  (version: Version): boolean => {
    const differing = least.findIndex((part, index) => part !== version[index]);
    return differing < 0 || version[differing]! > least[differing]!;
  };

const isBefore2 = ([major]: Version): boolean => major < 2;

export const features = {
  // Members of answers: up to 2.3 a server refuses the whole answer for one that it does not know.
  amr: row('amr came with 1.10.7', since(1, 10, 7)),
  extend_session_lifespan: row('it came with 2.1.0', since(2, 1, 0)),
  identity_provider_session_id: row('it came with 2.2.0', since(2, 2, 0)),
  consent_context: row('it came with 2.2.0', since(2, 2, 0)),

  chosen_client_id: row(
    '2.0 and 2.1 make each client_id themselves: leave it out',
    (version) => isBefore2(version) || since(2, 2, 0)(version),
  ),
  client_filter: row('filters came with 1.10.5', since(1, 10, 5)),
  client_tokens: row('deleting the tokens of a client came with 1.8.0', since(1, 8, 0)),
  consent_request_id: row(
    'consents have an id since 25.4: name subject and client',
    since(25, 4, 0),
  ),
  sid: row('ending one login session by its sid came with 2.1.0', since(2, 1, 0)),
  flush: row('flushing went with 2.0: run "hydra janitor" beside the server', isBefore2),
  symmetric_keys: row('HS256 and HS512 went with 2.0: make an asymmetric key', isBefore2),
  slash_in_path: row('before 25.4 no path reaches an id with a slash', since(25, 4, 0)),
} as const satisfies Record<string, Row>;
