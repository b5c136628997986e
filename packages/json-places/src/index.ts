/** Finds where a JSON text is wrong, and the entries of a list, of a long one piece by piece. */
export { readJsonEntries, valueOf } from './json-entries.ts';
export { JsonFault, type JsonFaultKind } from './json-fault.ts';
export { findJsonPlaces, lineAndColumn, type JsonPlaces } from './json-places.ts';
export type { JsonEntry } from './json-scanner.ts';
