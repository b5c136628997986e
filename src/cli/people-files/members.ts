import { forTextClaims } from '../../identity/text-claims.ts';

/** What a member of a person is, and so what stands in its cell of a CSV file. */
export type MemberKind = 'text' | 'flag' | 'integer' | 'object';

/** The members of a person in a file, in the order of an export. */
export const memberKinds: Readonly<Record<string, MemberKind>> = {
  subject: 'text',
  email: 'text',
  email_verified: 'flag',
  username: 'text',
  password_hash: 'text',
  disabled: 'flag',
  ...forTextClaims<MemberKind>('text'),
  phone_number_verified: 'flag',
  updated_at: 'integer',
  address: 'object',
  claims: 'object',
};

/** The column for what fits into no cell: a JSON object with further members of the row. */
export const jsonColumn = 'json';

export const addressParts = [
  'formatted',
  'street_address',
  'locality',
  'region',
  'postal_code',
  'country',
];
