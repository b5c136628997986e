import { createSteps } from './create-steps.ts';
import type { Keys } from './keys.ts';
import type { Profile } from './profile.ts';
import { createRecords, type Records } from './records.ts';
import { createSealer, type Sealer } from './sealer.ts';
import type { Steps } from './step-store.ts';

/** What every part of the stand-in shares. */
export interface Context {
  profile: Profile;
  urls: Urls;
  lifetimes: Lifetimes;
  records: Records;
  sealer: Sealer;
  steps: Steps;
  keys: Keys;
  /** Whether clients may register themselves (`oidc.dynamic_client_registration.enabled`). */
  isSelfRegistrationOn: boolean;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Addresses, none with a slash at its end but the issuer, which is as it was configured. */
export interface Urls {
  issuer: string;
  /** Base of the public endpoints. */
  public: string;
  login: string;
  consent: string;
  logout: string;
  error: string;
  loggedOut: string;
  deviceVerification: string;
  deviceSuccess: string;
}

/** In seconds. */
export interface Lifetimes {
  /** Login and consent together, and a logout request. */
  request: number;
  code: number;
  token: number;
  refreshToken: number;
  deviceCode: number;
  /** For records that the real server keeps in its database for good. */
  record: number;
}

const day = 24 * 3600;
const usualLifetimes: Lifetimes = {
  request: 30 * 60,
  code: 10 * 60,
  token: 3600,
  refreshToken: 30 * day,
  deviceCode: 10 * 60,
  record: 30 * day,
};

export function createContext(options: {
  profile: Profile;
  urls: Urls;
  lifetimes: Partial<Lifetimes>;
  keys: Keys;
  isSelfRegistrationOn: boolean;
  now: () => number;
}): Context {
  const records = createRecords(options.now);
  const sealer = createSealer();
  return {
    ...options,
    lifetimes: { ...usualLifetimes, ...options.lifetimes },
    records,
    sealer,
    steps: createSteps({ ...options, records, sealer }),
  };
}

/** Whole seconds since 1970. */
export function seconds(context: Context): number {
  return Math.floor(context.now() / 1000);
}
