/** Commands that manage an OAuth2 server through its admin API. */
export type { Command, Given } from './command.ts';
export type { CommandContext, Surroundings } from './command-context.ts';
export type { Report } from './doctor/report.ts';
export type { Check } from './doctor-command.ts';
export { Failure, misuse } from './failure.ts';
export { runHydra, type Additions } from './run-hydra.ts';
export { createTable } from './table.ts';
