/** Finds where a JSON text is wrong, and where the entries of a list begin. */
export { findJsonPlaces, lineAndColumn, type JsonPlaces } from './json-places.ts';
