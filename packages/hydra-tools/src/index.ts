/** Commands that look after an OAuth2 server by its admin API. */
export { runHydra } from './run-hydra.ts';
export type { Surroundings } from './command-context.ts';
