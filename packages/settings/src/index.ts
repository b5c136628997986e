/**
 * Reads settings from the environment: each is one row, all are checked before a program starts.
 */
export * as kind from './kinds.ts';
export type { BaseUrl, TrustProxy } from './kinds.ts';
export type { Picture } from './pictures.ts';
export { inForce } from './in-force.ts';
export {
  readSettings,
  SettingsError,
  textsOf,
  type Environment,
  type ReadSettings,
} from './read-settings.ts';
export { isReadableByAll } from './readable-by-all.ts';
export { setting, type Setting, type Settings, type ValuesOf } from './setting.ts';
