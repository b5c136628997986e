/** The settings that say which claims a scope opens, beside the standard ones. */
import { findJsonPlaces, lineAndColumn } from '@portico/json-places';
import { setting, type Settings } from '@portico/settings';
import { isClaimName, isReservedClaim } from './further-claims.ts';

const scopeClaims = 'a JSON object of scopes, each with a list of claims: {"groups": ["groups"]}';
const claimNames = 'names of claims, separated by blanks or commas, or a JSON list of them';

export const claimSettings = {
  SCOPE_CLAIMS: setting(scopeClaims, (given: string) => readScopeClaims(given).value, {
    faults: (given: string) => readScopeClaims(given).faults,
  }),
  ACCESS_TOKEN_CLAIMS: setting(claimNames, (given: string) => readClaimNames(given).value, {
    faults: (given: string) => readClaimNames(given).faults,
  }),
} satisfies Settings;

/** A value, or sentences on what is wrong, which begin after the name of the setting. */
interface Result<T> {
  value?: T;
  faults: string[];
}

/** RFC 6749, 3.3. */
const scopeName = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/;

function readScopeClaims(given: string): Result<ReadonlyMap<string, readonly string[]>> {
  const { value, faults } = readJson(given);
  if (faults.length > 0) return { faults };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { faults: [`must be ${scopeClaims}.`] };
  const scopes = Object.entries(value) as [string, unknown][];
  for (const [scope, names] of scopes) {
    if (!scopeName.test(scope)) faults.push(`has the scope ${shown(scope)}, which cannot be one.`);
    faults.push(...faultsOfNames(names).map((fault) => `has ${fault} (scope ${shown(scope)}).`));
  }
  return faults.length > 0
    ? { faults }
    : { value: new Map(scopes as [string, string[]][]), faults };
}

function readClaimNames(given: string): Result<readonly string[]> {
  const isJson = /^[[{"]/.test(given);
  const { value, faults } = isJson
    ? readJson(given)
    : { value: given.split(/[\s,]+/).filter(Boolean), faults: [] };
  if (faults.length === 0) faults.push(...faultsOfNames(value).map((fault) => `has ${fault}.`));
  return faults.length > 0 ? { faults } : { value: value as string[], faults };
}

/** What is wrong with a list of names of claims, each for a sentence. */
function faultsOfNames(names: unknown): string[] {
  if (!Array.isArray(names)) return ['no list of claims'];
  return names.flatMap((name: unknown) => {
    const isName = typeof name === 'string' && isClaimName(name);
    if (!isName) return [`the claim ${shown(name)}, which is no name`];
    return isReservedClaim(name) ? [`the claim ${shown(name)}, which no setting can give`] : [];
  });
}

function readJson(given: string): Result<unknown> {
  const { fault } = findJsonPlaces(given);
  if (fault === undefined) return { value: JSON.parse(given) as unknown, faults: [] };
  const { line, column } = lineAndColumn(given, fault);
  return { faults: [`is no JSON from line ${line}, column ${column} on.`] };
}

const longestShown = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
