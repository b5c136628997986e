/** The settings that say which claims a scope opens, beside the standard ones. */
import { findJsonPlaces, lineAndColumn } from '@portico/json-places';
import { setting, type Settings } from '@portico/settings';
import { isClaimName, isReservedClaim } from './further-claims.ts';

export const claimSettings = {
  SCOPE_CLAIMS: setting(
    'a JSON object of scopes, each with a list of claims, such as {"groups": ["groups"]}',
    (given: string) => readScopeClaims(given).value,
    { fault: (given: string) => readScopeClaims(given).fault },
  ),
  ACCESS_TOKEN_CLAIMS: setting(
    'names of claims, separated by blanks, or a JSON list of them',
    (given: string) => readClaimNames(given).value,
    { fault: (given: string) => readClaimNames(given).fault },
  ),
} satisfies Settings;

/** A value, or what is wrong with it. */
type Result<T> = { value: T; fault?: undefined } | { value?: undefined; fault: string };

/** RFC 6749, 3.3. */
const scopeName = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/;

function readScopeClaims(given: string): Result<ReadonlyMap<string, readonly string[]>> {
  const parsed = readJson(given);
  if (parsed.fault !== undefined) return parsed;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fault: 'is no object' };
  const scopes = new Map<string, readonly string[]>();
  for (const [scope, names] of Object.entries(value)) {
    if (!scopeName.test(scope)) return { fault: `has the scope ${shown(scope)}, which is none` };
    const fault = faultOfNames(names);
    if (fault !== undefined) return { fault: `has, for the scope ${shown(scope)}, ${fault}` };
    scopes.set(scope, names as string[]);
  }
  return { value: scopes };
}

function readClaimNames(given: string): Result<readonly string[]> {
  const isJson = /^[[{"]/.test(given);
  const parsed = isJson ? readJson(given) : { value: given.split(/\s+/) };
  if (parsed.fault !== undefined) return parsed;
  const fault = faultOfNames(parsed.value);
  return fault === undefined ? { value: parsed.value as string[] } : { fault: `has ${fault}` };
}

/** What is wrong with a list of names of claims, for a sentence. */
function faultOfNames(names: unknown): string | undefined {
  if (!Array.isArray(names)) return 'no list';
  for (const name of names as unknown[]) {
    if (typeof name !== 'string' || !isClaimName(name))
      return `the claim ${shown(name)}, which is no name`;
    if (isReservedClaim(name)) return `the claim ${shown(name)}, which no setting can give`;
  }
  return undefined;
}

function readJson(given: string): Result<unknown> {
  const { fault } = findJsonPlaces(given);
  if (fault === undefined) return { value: JSON.parse(given) as unknown };
  const { line, column } = lineAndColumn(given, fault);
  return { fault: `is no JSON from line ${line}, column ${column} on` };
}

const longestShown = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
