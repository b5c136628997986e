/** Commands that manage an OAuth2 server through its admin API. */
export { runHydra } from './run-hydra.ts';
export type { Surroundings } from './command-context.ts';
