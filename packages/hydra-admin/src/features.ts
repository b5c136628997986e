/** What only some versions of the server have. */

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

export type Feature = keyof typeof features;

interface Row {
  isIn: (version: Version) => boolean;
  /** Completes the error: which versions have it, and what to do instead. */
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
  // Members of bodies: up to 2.3 a server refuses a whole body if it does not know one of its
  // members.
  amr: row('servers have it since 1.10.7', since(1, 10, 7)),
  extend_session_lifespan: row('servers have it since 2.1.0', since(2, 1, 0)),
  identity_provider_session_id: row('servers have it since 2.2.0', since(2, 2, 0)),
  consent_context: row('servers have it since 2.2.0', since(2, 2, 0)),

  chosen_client_id: row(
    'servers of 2.0 and 2.1 generate every client_id; leave it out',
    (version) => isBefore2(version) || since(2, 2, 0)(version),
  ),
  client_filter: row('servers filter clients since 1.10.5', since(1, 10, 5)),
  client_tokens: row('servers delete the tokens of a client since 1.8.0', since(1, 8, 0)),
  consent_request_id: row(
    'consents have an id since 25.4; give the subject and the client instead',
    since(25, 4, 0),
  ),
  sid: row('servers end a login session by its sid since 2.1.0', since(2, 1, 0)),
  flush: row('flushing was removed in 2.0; run "hydra janitor" on the server instead', isBefore2),
  symmetric_keys: row(
    'HS256 and HS512 were removed in 2.0; create an asymmetric key instead',
    isBefore2,
  ),
  slash_in_path: row('servers accept an id with a slash since 25.4', since(25, 4, 0)),
} as const satisfies Record<string, Row>;
