/** A typed client of the admin API of an OAuth2 server that speaks the Ory Hydra protocol. */
export { createHydra, type Hydra } from './client.ts';
export type * from './client-types.ts';
export { createExchange } from './exchange.ts';
export {
  fullConfig,
  type FullConfig,
  type HydraCall,
  type HydraConfig,
  type Observe,
} from './hydra-config.ts';
export { HydraError, undefinedIfHydraError, type HydraErrorKind } from './hydra-error.ts';
export type * from './resource-types.ts';
export type { Answer } from './send.ts';
export { hydraConfigOf, hydraSettings } from './settings.ts';
export type * from './types.ts';
export { detectDialect } from './version.ts';
