import type { StandardClaims } from './backend.ts';

type TextClaim = {
  [Name in keyof StandardClaims]-?: string extends StandardClaims[Name] ? Name : never;
}[keyof StandardClaims];

/** The standard claims that are text; the compiler says when one is missing. */
const names = {
  name: true,
  given_name: true,
  family_name: true,
  middle_name: true,
  nickname: true,
  preferred_username: true,
  profile: true,
  picture: true,
  website: true,
  gender: true,
  birthdate: true,
  zoneinfo: true,
  locale: true,
  phone_number: true,
} satisfies Record<TextClaim, true>;

/** The same rule for each standard claim that is text. */
export function forTextClaims<Rule>(rule: Rule): Record<TextClaim, Rule> {
  const entries = Object.keys(names).map((name) => [name, rule]);
  return Object.fromEntries(entries) as Record<TextClaim, Rule>;
}
