/** What the sample app asks for. */
export const usualScopes = 'openid profile email';
export const moreScopes = 'phone address offline_access';
/** Registered for no client of ours. */
export const forbiddenScope = 'notes.write';

const things = [
  'calendar',
  'contacts',
  'files',
  'mail',
  'tasks',
  'photos',
  'music',
  'places',
  'health',
];
const deeds = ['read', 'write', 'share', 'delete'];
const undescribed = deeds.flatMap((deed) => things.map((thing) => `${thing}:${deed}`));

/** Forty, and `openid`, which is no question of its own. */
export const fortyScopes = `${usualScopes} phone offline_access ${undescribed.join(' ')}`;

/** All that the clients may ask for. */
export const everyScope = [...new Set(`${fortyScopes} ${moreScopes}`.split(' '))].join(' ');

const names: Record<string, string> = {
  profile: 'your profile',
  email: 'your email address',
  phone: 'your phone number',
  address: 'your postal address',
  offline_access: 'staying connected',
};
const mostNamed = 6;

/** What scopes stand for, as a part of a sentence; `undefined` when there is none but `openid`. */
export function scopesInWords(scopes: readonly string[]): string | undefined {
  const listed = scopes.filter((scope) => scope !== 'openid').map((scope) => names[scope] ?? scope);
  if (listed.length === 0) return undefined;
  const rest = listed.length - mostNamed;
  const parts = rest > 1 ? [...listed.slice(0, mostNamed), `${rest} more`] : listed;
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts);
}
