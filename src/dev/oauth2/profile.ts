/** What differs between the versions of the server that the stand-in can play. */
export interface Profile {
  /** The answer of `GET /version`. */
  version: string;
  /** Where the admin operations are served; the first is the one that links name. */
  adminPaths: readonly string[];
  /** Whether the answers to a login or consent request may have members that nobody knows. */
  mayHaveUnknownFields: boolean;
  /** Seconds for which a sign-in is remembered when the app names none. */
  rememberSeconds: number;
  /** Whether a logout verifier that was used before ends the session of today too. */
  mayLogOutAgain: boolean;
  /** Items on a page of a list, when the caller does not say and at most. */
  pageSize: { usual: number; most: number };
}

/** One entry for each version that can be chosen; the first is the usual one. */
export const profiles = {
  '26.2': {
    version: 'v26.2.0',
    adminPaths: ['/admin', '/'],
    mayHaveUnknownFields: true,
    rememberSeconds: 30 * 24 * 3600,
    mayLogOutAgain: true,
    pageSize: { usual: 100, most: 500 },
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
