import type { Given, Option, Options } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { misuse } from './failure.ts';
import { readJsonObject, readSecretLine } from './read-source.ts';

/** An option that sets one member. */
interface MemberOption extends Option {
  member: string;
  /** A switch sets this. */
  to?: boolean;
}

const text = (member: string, value: string, says: string): MemberOption => ({
  member,
  value,
  says,
});
const texts = (member: string, value: string, says: string): MemberOption => ({
  ...text(member, value, says),
  isMultiple: true,
});
const flag = (member: string, to: boolean, says: string): MemberOption => ({ member, to, says });

const memberOptions: Record<string, MemberOption> = {
  name: text('client_name', 'NAME', 'what people see'),
  'redirect-uri': texts('redirect_uris', 'URI', 'where the browser may come back to'),
  scope: texts('scope', 'SCOPE', 'what it may ask for, such as "openid email"'),
  'grant-type': texts(
    'grant_types',
    'TYPE',
    'authorization_code, refresh_token, client_credentials …',
  ),
  'response-type': texts('response_types', 'TYPE', 'code, id_token …'),
  audience: texts('audience', 'AUDIENCE', 'whom its tokens may be meant for'),
  'post-logout-redirect-uri': texts(
    'post_logout_redirect_uris',
    'URI',
    'where to go after sign-out',
  ),
  'auth-method': text(
    'token_endpoint_auth_method',
    'METHOD',
    'client_secret_basic, client_secret_post, private_key_jwt or none',
  ),
  owner: text('owner', 'OWNER', 'whose it is, for your own order'),
  contact: texts('contacts', 'ADDRESS', 'whom to ask'),
  'client-uri': text('client_uri', 'URL', 'its home page'),
  'logo-uri': text('logo_uri', 'URL', 'its logo'),
  'policy-uri': text('policy_uri', 'URL', 'its privacy policy'),
  'tos-uri': text('tos_uri', 'URL', 'its terms'),
  'jwks-uri': text('jwks_uri', 'URL', 'its public keys'),
  'backchannel-logout-uri': text('backchannel_logout_uri', 'URL', 'hears of sign-outs'),
  'frontchannel-logout-uri': text(
    'frontchannel_logout_uri',
    'URL',
    'hears of sign-outs in the browser',
  ),
  'skip-consent': flag('skip_consent', true, 'people are not asked'),
  'no-skip-consent': flag('skip_consent', false, 'people are asked'),
  'skip-logout-consent': flag('skip_logout_consent', true, 'people are not asked at sign-out'),
  'no-skip-logout-consent': flag('skip_logout_consent', false, 'people are asked at sign-out'),
};

/** What `clients create` and `clients update` have in common. */
export const clientOptions: Options = {
  ...memberOptions,
  public: { says: 'without a secret: the same as --auth-method none' },
  checked: { says: 'metadata.checked is true: consent says that the app was checked' },
  'no-checked': { says: 'takes metadata.checked away' },
  file: { value: 'FILE', says: 'a client in JSON, - for standard input; other options win' },
  'secret-file': { value: 'FILE', says: 'the secret, from a file' },
  'secret-stdin': { says: 'the secret, from the standard input' },
};

export const idOption: Options = {
  id: { value: 'ID', says: 'client_id; the server makes one else' },
};

/** Has anything been said of the client? */
export function saysAnything(given: Given): boolean {
  return Object.keys({ ...clientOptions, ...idOption }).some((name) => given.has(name));
}

/** The members that options set. An empty text empties a list. @throws Failure */
export async function membersOf(
  given: Given,
  { stdin }: CommandContext,
): Promise<Record<string, unknown>> {
  refuseContradictions(given);
  const members: Record<string, unknown> = {};
  for (const [name, { member, to, isMultiple }] of Object.entries(memberOptions)) {
    if (!given.has(name)) continue;
    members[member] = to ?? (isMultiple ? given.texts(name).filter(Boolean) : given.text(name));
  }
  if (Array.isArray(members['scope'])) members['scope'] = members['scope'].join(' ');
  if (given.has('public')) members['token_endpoint_auth_method'] = 'none';
  if (given.has('id')) members['client_id'] = given.text('id');
  const from = given.has('secret-stdin') ? '-' : given.text('secret-file');
  if (from !== undefined) {
    members['client_secret'] = await readSecretLine(from, stdin, 'the secret');
  }
  return members;
}

/** What `--file` holds. */
export async function fileOf(
  given: Given,
  { stdin }: CommandContext,
): Promise<Record<string, unknown>> {
  const path = given.text('file');
  return path === undefined ? {} : readJsonObject(path, stdin, 'the client');
}

/** `metadata` with the mark of a checked client, or without; `undefined` when nothing is said of it. */
export function metadataOf(given: Given, before: unknown): Record<string, unknown> | undefined {
  if (!given.has('checked') && !given.has('no-checked')) return undefined;
  const { checked: _checked, ...others } = (before ?? {}) as Record<string, unknown>;
  return given.has('checked') ? { ...others, checked: true } : others;
}

function refuseContradictions(given: Given): void {
  const pairs: [string, string][] = [
    ['checked', 'no-checked'],
    ['skip-consent', 'no-skip-consent'],
    ['skip-logout-consent', 'no-skip-logout-consent'],
    ['public', 'auth-method'],
    ['public', 'secret-file'],
    ['public', 'secret-stdin'],
    ['secret-file', 'secret-stdin'],
  ];
  for (const [one, other] of pairs) {
    if (given.has(one) && given.has(other))
      throw misuse(`--${one} and --${other} exclude each other.`);
  }
  const reading = [
    given.has('secret-stdin'),
    given.text('secret-file') === '-',
    given.text('file') === '-',
  ];
  if (reading.filter(Boolean).length > 1) {
    throw misuse('The standard input can be read only once: put one of the two into a file.');
  }
}
