import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@portico/hydra-admin';

type Parent = Json[] | { [key: string]: Json };

/** A patch that is none, or does not fit the document. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

/**
 * Changes a document as a list of operations says (RFC 6902), all of them or, at an error, none.
 * @param hasAll whether `test`, `copy` and `move` are known beside `add`, `replace` and `remove`; the
 * versions that lack them make the parents of what is put somewhere
 * @returns a new document
 * @throws PatchError
 */
export function patched(document: Json, patch: Json, hasAll: boolean): Json {
  if (patch !== null && !Array.isArray(patch)) throw new PatchError('A patch is a list.');
  const changed = { '': structuredClone(document) };
  for (const operation of patch ?? []) apply(changed, operation, hasAll);
  return changed[''];
}

function apply(document: { '': Json }, operation: Json, hasAll: boolean): void {
  const member = (name: string): Json | undefined =>
    isObject(operation) ? operation[name] : undefined;
  const [op, path, value] = [member('op'), placeOf(member('path')), member('value')];
  const given = () => {
    if (value === undefined) throw new PatchError('There is no value.');
    return value;
  };
  if (!hasAll && op !== 'remove') makeParents(document, path);
  if (op === 'add') return put(document, path, given(), true);
  // Not as the RFC has it: what is not there is added.
  if (op === 'replace') return put(document, path, given(), false);
  if (op === 'remove') return remove(document, path);
  if (op === 'test' && hasAll) {
    if (isDeepStrictEqual(read(document, path), given())) return;
    throw new PatchError('A test failed.');
  }
  if ((op === 'copy' || op === 'move') && hasAll) {
    const from = placeOf(member('from'));
    const moved = structuredClone(read(document, from));
    if (op === 'move') remove(document, from);
    return put(document, path, moved, true);
  }
  throw new PatchError('An operation is unknown.');
}

/** The names of a JSON Pointer (RFC 6901), the empty one of the whole document first. */
function placeOf(pointer: Json | undefined): string[] {
  if (typeof pointer !== 'string' || !/^(\/|$)/.test(pointer)) {
    throw new PatchError('A path is no JSON Pointer.');
  }
  return pointer.split('/').map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function put(document: { '': Json }, place: string[], value: Json, isNew: boolean): void {
  const { parent, name } = parentOf(document, place);
  if (!Array.isArray(parent)) {
    parent[name] = value;
    return;
  }
  const index = name === '-' && isNew ? parent.length : indexIn(parent, name, isNew ? 1 : 0);
  parent.splice(index, isNew ? 0 : 1, value);
}

/** Not as the RFC has it either. */
function makeParents(document: Json, place: string[]): void {
  let parent = document;
  for (const name of place.slice(0, -1)) {
    if (!isObject(parent)) return;
    parent = Object.hasOwn(parent, name) ? (parent[name] ?? null) : (parent[name] = {});
  }
}

function remove(document: { '': Json }, place: string[]): void {
  read(document, place);
  const { parent, name } = parentOf(document, place);
  if (Array.isArray(parent)) parent.splice(indexIn(parent, name), 1);
  else delete parent[name];
}

function read(document: { '': Json }, place: string[]): Json {
  const { parent, name } = parentOf(document, place);
  return childOf(parent, name);
}

function parentOf(document: { '': Json }, place: string[]): { parent: Parent; name: string } {
  let parent: Parent = document;
  for (const name of place.slice(0, -1)) {
    const child = childOf(parent, name);
    if (!Array.isArray(child) && !isObject(child))
      throw new PatchError(`"${name}" has no members.`);
    parent = child;
  }
  return { parent, name: place.at(-1) ?? '' };
}

function childOf(parent: Parent, name: string): Json {
  if (Array.isArray(parent)) return parent[indexIn(parent, name)] ?? null;
  const child = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (child === undefined) throw new PatchError(`There is no "${name}".`);
  return child;
}

/** @param beyond 1 when the place after the last is one too */
function indexIn(list: Json[], name: string, beyond = 0): number {
  const index = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : Infinity;
  if (index >= list.length + beyond) throw new PatchError(`There is no item ${name}.`);
  return index;
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
