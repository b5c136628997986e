/** What differs between the versions of the server that the stand-in can play. */
export interface Profile {
  /** The answer of `GET /version`. */
  version: string;
  /** Where the admin operations are served; the first is the one that links name. */
  adminPaths: readonly string[];
  /** How the admin port treats what it does not know, and what stands beside the operations. */
  routing: Routing;
  /** Whether the answers to a login or consent request may have members that nobody knows. */
  mayHaveUnknownFields: boolean;
  /** Members of an accepted login that are unknown. */
  unknownLoginMembers: readonly string[];
  /** Members of an accepted consent that are unknown. */
  unknownConsentMembers: readonly string[];
  /**
   * `kept`: challenges are short ids of records, which know what became of them, and verifiers serve
   * once. `sealed`: challenges hold the whole flow, and nobody knows what was answered.
   */
  challenges: 'kept' | 'sealed';
  /** Whether a challenge that is older than its lifetime is told so. */
  isExpiryTold: boolean;
  /** Whether the client hears of a rejected login, and not that it came too late. */
  isLateRejectionTold: boolean;
  /** Whether a rejected consent that came back cannot be accepted any more. */
  isRejectionFinal: boolean;
  /** Whether a step that comes back under another client than it began with is refused. */
  isClientCompared: boolean;
  /** What a login that is accepted for another subject than the remembered one comes to. */
  otherSubject: 'refused' | 'restart';
  /** What tells browsers apart: a cookie for each step and client, or for each step alone. */
  cookies: 'per client' | 'per step';
  /** Seconds for which a sign-in is remembered when the app names none; 0 is until the browser ends. */
  rememberSeconds: number;
  /** Whether a logout verifier that was used before ends the session of today too. */
  mayLogOutAgain: boolean;
  /** Whether a body that cannot be read is a 400; else it is a 500. */
  areBadBodiesTold: boolean;
  /** Whether the address for self-registration says that it is switched off; else it is not there. */
  isClosedRegistrationTold: boolean;
  /** Content type of the metrics. */
  metricsType: string;
  /** How the address to manage a registration at ends, where the server chose the id. */
  registrationEnd: 'id' | '/' | '';
  /** The parameters of lists. */
  paging: 'offset' | 'offset-token' | 'sealed-token';
  /** Items on a page of a list, when the caller does not say and at most. */
  pageSize: { usual: number; most: number };
  has: Has;
}

/** What came or went with a version. */
export interface Has {
  /** RFC 8628. */
  deviceFlow: boolean;
  flush: boolean;
  /** HS256 and HS512, and asymmetric keys as a pair. */
  keyPairs: boolean;
  /** Signs with other keys than RSA too; else tokens are refused when the newest is one. */
  otherSignatures: boolean;
  /** A set of signing keys that was deleted is made anew when it is needed. */
  renewedKeys: boolean;
  /** The public keys are also those of access tokens, though access tokens are opaque. */
  openAccessTokenKeys: boolean;
  /** Goes on after a request for a key that cannot be read, and so answers twice. */
  doubleKeyErrors: boolean;
  /** A login session can be ended by its `sid`. */
  sid: boolean;
  /** A consent has an id of its own. */
  consentRequestId: boolean;
  /** A consent has a context of its own. */
  consentContext: boolean;
  /** Consents are listed as soon as they are accepted, before the browser is back. */
  consentsBeforeReturn: boolean;
  /** A logout request tells when it was made and ends. */
  logoutTimes: boolean;
  /** Rejecting a logout request that is unknown is an error. */
  unknownLogouts: boolean;
  /** `skip_consent` and `access_token_strategy`. */
  skipConsent: boolean;
  /** Lifespans of the password grant, which nobody may use any more. */
  passwordGrant: boolean;
  /** JSON Patch with `test`, `copy` and `move`. */
  fullPatches: boolean;
  /** What a patch removes from a client, or makes `null`, is reset; else it stays as it was. */
  removingPatches: boolean;
  /** `skip_logout_consent`. */
  skipLogoutConsent: boolean;
  /** All addresses of a client must be http(s). */
  checkedClientUris: boolean;
  /** `prompt=registration`. */
  registrationPrompt: boolean;
  /** `max_age=0` demands a sign-in. */
  zeroMaxAge: boolean;
  /** The issuer always ends with a slash. */
  slashAtIssuer: boolean;
  /** Discovery tells of verifiable credentials, and which algorithms sign a client's tokens. */
  credentials: boolean;
  /** Discovery tells of `response_mode=form_post`. */
  formPost: boolean;
}

export interface Routing {
  /** Version, health and metrics below the admin path too, or not. */
  status: 'root' | 'root and metrics prefixed' | 'everywhere';
  /** What becomes of an admin path without its prefix. */
  unprefixed: 'served' | 'redirected';
  trailingSlash: 'redirected' | 'stripped';
  /** `HEAD` is a GET and `OPTIONS` unknown, or the other way round. */
  isHeadKnown: boolean;
  /** Whether an unknown path is answered in the form that `Accept` wants. */
  unknown: 'negotiated' | 'plain';
  /** What gets a `Cache-Control` that forbids to keep it. */
  uncached: 'nothing' | 'operations' | 'reading';
}
