/** Where a JSON text breaks, and where the entries of a list begin. */
export { findJsonPlaces, lineAndColumn, type JsonPlaces } from './json-places.ts';
