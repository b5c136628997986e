/** A typed client of the admin API of an OAuth2 server that speaks the Ory Hydra protocol. */
export type { AcceptConsent, AcceptLogin, Reject } from './bodies.ts';
export type { OAuth2Client, RegisteredClient } from './client-answers.ts';
export { createHydra, type Hydra } from './client.ts';
export type * from './client-types.ts';
export { createExchange } from './exchange.ts';
export {
  fullConfig,
  type Around,
  type FullConfig,
  type HeadersNow,
  type HydraCall,
  type HydraConfig,
  type Observe,
  type Warn,
} from './hydra-config.ts';
export type { FromFile } from './file-value.ts';
export { HydraError, undefinedIfHydraError, type HydraErrorKind } from './hydra-error.ts';
export type { Claims, Json } from './json.ts';
export type { Jwk, JwkSet, MadeKey } from './key-answers.ts';
export type {
  ConsentRequest,
  LoginRequest,
  LogoutRequest,
  OidcContext,
} from './request-answers.ts';
export { proxyOf, type ProxyConfig } from './proxy.ts';
export {
  isDeviceVerification,
  maxAgeOf,
  mayHintAtPerson,
  promptsOf,
  redirectUriOf,
  uiLocalesOf,
  withoutPerson,
} from './request-url.ts';
export type * from './resource-types.ts';
export type { Answer } from './send.ts';
export type { ConsentSession } from './session-answers.ts';
export { hydraConfigOf, hydraSettings } from './settings.ts';
export type { ActiveToken, Introspection } from './token-answers.ts';
export { detectDialect } from './version.ts';
