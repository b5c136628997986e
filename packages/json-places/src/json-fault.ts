import { findJsonPlaces, lineAndColumn } from './json-places.ts';

/**
 * - `syntax`: here the text stops being JSON
 * - `encoding`: not all of this entry is UTF-8
 * - `list`: the text is no list
 * - `length`: this entry has more than 1 MiB; perhaps it lacks a quote or a bracket
 */
export type JsonFaultKind = 'syntax' | 'encoding' | 'list' | 'length';

/** What is wrong with a JSON list, and where. Its message quotes nothing of the text. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly kind: JsonFaultKind;
  readonly line: number;
  readonly column: number;

  constructor(kind: JsonFaultKind, { line, column }: { line: number; column: number }) {
    super(`${kind}, line ${line}, column ${column}`);
    this.kind = kind;
    this.line = line;
    this.column = column;
  }
}

/**
 * Where a text stops being JSON.
 * @param place where the text begins
 */
export function faultIn(text: string, place: { line: number; column: number }): JsonFault {
  const { fault } = findJsonPlaces(text);
  const { line, column } = lineAndColumn(text, fault ?? text.length);
  return new JsonFault('syntax', {
    line: place.line + line - 1,
    column: line === 1 ? place.column + column - 1 : column,
  });
}
