/** The setting `OPENID_PROVIDERS`: whom people can sign in with. */
import { kind } from '@portico/settings';
import type { StandardClaims } from './backend.ts';
import { isFurtherClaim } from './further-claims.ts';
import { forTextClaims } from './text-claims.ts';

export interface Provider {
  id: string;
  name: string;
  /** As the provider writes it: with a slash at its end or without. */
  issuer: string;
  clientId: string;
  /** How we prove at the token endpoint who we are (OpenID Connect Core 9). */
  clientAuth: ClientAuth;
  clientSecret?: string | undefined;
  clientSecretFile?: string | undefined;
  /** Separated by blanks, `openid` among them. */
  scope: string;
  /** Claims of ours by those of the provider. */
  claims: Readonly<Record<string, OwnClaim>>;
  icon?: string | undefined;
  /** Whether signing out here signs out over there, too. */
  signsOut: boolean;
}

type ClientAuth = 'client_secret_basic' | 'client_secret_post' | 'none';
/** A standard claim, or one of a house's own. */
export type OwnClaim = keyof StandardClaims | 'email' | 'username' | (string & {});

const usualScope = 'openid profile email';
const clientAuths = ['client_secret_basic', 'client_secret_post', 'none'];
const standard = {
  email: true,
  username: true,
  ...forTextClaims(true),
  updated_at: true,
  email_verified: true,
  phone_number_verified: true,
  address: true,
} satisfies Record<keyof StandardClaims | 'email' | 'username', true>;

interface Rule {
  /** Completes the sentence "… must be …". */
  wants: string;
  accepts: (value: unknown) => boolean;
  isRequired?: true;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const matches = (pattern: RegExp) => (value: unknown) => isText(value) && pattern.test(value);
const line: Rule = { wants: 'text in one line', accepts: matches(/^[^\p{C}]{1,500}$/u) };

const rules: Record<string, Rule> = {
  id: {
    wants: 'up to 40 of a-z, 0-9 and -, such as google',
    accepts: matches(/^[a-z0-9][a-z0-9-]{0,39}$/),
    isRequired: true,
  },
  name: { wants: 'up to 60 characters', accepts: matches(/^[^\p{C}]{1,60}$/u), isRequired: true },
  issuer: {
    wants: 'an https address without a query (http only on this machine)',
    accepts: (value) => isText(value) && isIssuer(value),
    isRequired: true,
  },
  client_id: { ...line, isRequired: true },
  client_secret: line,
  client_secret_file: {
    wants: 'the path of a readable file that is not empty',
    accepts: (value) => isText(value) && Boolean(kind.fileText(value)?.trim()),
  },
  token_endpoint_auth_method: {
    wants: `one of ${clientAuths.join(', ')}`,
    accepts: (value) => clientAuths.some((one) => one === value),
  },
  scope: {
    wants: 'scopes separated by blanks, openid among them',
    accepts: (value) => matches(/^[\x21\x23-\x5b\x5d-\x7e ]+$/)(value) && isOpenId(String(value)),
  },
  claims: {
    wants: 'an object of their claims and ours, such as {"upn": "username"}',
    accepts: isClaims,
  },
  icon: {
    wants: 'the path of a readable .svg, .png or .webp file',
    accepts: (value) => isText(value) && kind.logo(value) !== undefined,
  },
  sign_out: { wants: 'true or false', accepts: (value) => typeof value === 'boolean' },
};

export const providersWanted =
  'a JSON list of {"id", "name", "issuer", "client_id", "client_secret"}';

/** @returns `undefined` when something is wrong with it: see `providerFaults` */
export function readProviders(json: string): Provider[] | undefined {
  if (providerFaults(json).length > 0) return undefined;
  return (parse(json) as Record<string, unknown>[]).map(providerOf);
}

/** What is wrong, as `Setting.faults` has it. */
export function providerFaults(json: string): string[] {
  const list = parse(json);
  if (!Array.isArray(list) || list.length === 0) return [`must be ${providersWanted}.`];
  const faults = list.flatMap((entry: unknown, place) => {
    const who = `is wrong in provider ${place + 1}:`;
    if (!isObject(entry)) return [`${who} it must be an object.`];
    return faultsOf(entry).map((fault) => `${who} ${fault}.`);
  });
  const ids = list.map((entry: unknown) => (isObject(entry) ? entry['id'] : undefined));
  const named = ids.filter(isText);
  const isOnce = new Set(named).size === named.length;
  return [...faults, ...(isOnce ? [] : ['has an "id" more than once.'])];
}

function faultsOf(entry: Record<string, unknown>): string[] {
  const faults = Object.entries(rules).flatMap(([member, { isRequired, accepts, wants }]) => {
    if (!Object.hasOwn(entry, member)) return isRequired ? [`"${member}" is missing`] : [];
    return accepts(entry[member]) ? [] : [`"${member}" must be ${wants}`];
  });
  for (const member of Object.keys(entry)) {
    if (!Object.hasOwn(rules, member)) faults.push(`${nameOf(member)} is not a known member`);
  }
  return [...faults, ...secretFaults(entry)];
}

function secretFaults(entry: Record<string, unknown>): string[] {
  const secrets = ['client_secret', 'client_secret_file'].filter((one) => one in entry).length;
  if (entry['token_endpoint_auth_method'] === 'none') {
    return secrets > 0 ? ['without authentication of the client it needs no secret'] : [];
  }
  return secrets === 1
    ? []
    : ['"client_secret" or "client_secret_file" must be there, one of both'];
}

function providerOf(entry: Record<string, unknown>): Provider {
  const text = (member: string) => entry[member] as string | undefined;
  return {
    id: text('id')!,
    name: text('name')!,
    issuer: text('issuer')!,
    clientId: text('client_id')!,
    clientAuth: (text('token_endpoint_auth_method') as ClientAuth) ?? 'client_secret_basic',
    clientSecret: text('client_secret'),
    clientSecretFile: text('client_secret_file'),
    scope: text('scope') ?? usualScope,
    claims: (entry['claims'] ?? {}) as Provider['claims'],
    icon: text('icon'),
    signsOut: entry['sign_out'] === true,
  };
}

function isIssuer(given: string): boolean {
  const { isSecure, isLoopback } = kind.baseUrl(given) ?? {};
  return isSecure === true || isLoopback === true;
}

function isOpenId(scope: string): boolean {
  return scope.split(' ').includes('openid');
}

function isClaims(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every(
    (own) => isText(own) && (Object.hasOwn(standard, own) || isFurtherClaim(own)),
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // without the error, which quotes the text
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name of a member, if it is safe to show: somebody may have put a secret in the wrong place. */
function nameOf(member: string): string {
  return /^[a-z_]{1,30}$/.test(member) ? `"${member}"` : 'a member with an odd name';
}
